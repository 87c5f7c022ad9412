/** From which of its addresses this machine reaches another. */
import { connect } from 'node:net';
import { Failure } from '../failure.js';

const patienceMs = 10_000;

/** IPv4. `endpoint` is 'host:port', where somebody listens. Throws a Failure when nobody is reached. */
export function addressTowards(endpoint: string): Promise<string> {
  const [host = '', port] = endpoint.split(':');
  return new Promise((resolve, reject) => {
    const failed = (why: string): void =>
      reject(new Failure(`${endpoint} cannot be reached (${why}): look at the address and at the network between.`));
    const socket = connect({ host, port: Number(port), family: 4, timeout: patienceMs });
    socket.once('connect', () => {
      resolve(socket.localAddress ?? '');
      socket.destroy();
    });
    socket.once('timeout', () => {
      failed(`no answer in ${patienceMs / 1000} s`);
      socket.destroy();
    });
    socket.once('error', error => failed(error.message));
  });
}
