/** A bare node:https handler that answers a file's bytes: what Node itself can do on this machine. Arguments: pki, file. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';

const [pki = '', file = ''] = process.argv.slice(2);
const body = readFileSync(file);
const server = createServer(
  { cert: readFileSync(join(pki, 'apiserver.crt')), key: readFileSync(join(pki, 'apiserver.key')) },
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  },
);
server.listen(7443, () => console.log('listening'));
