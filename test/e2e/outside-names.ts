/**
 * A server for names outside of a lab's cluster, at port 53 of all addresses of its machine, as dnsmasq has it (the arguments: those that are asked): www.example.com
 * is 192.0.2.80, and nothing else is there. Says 'ready' when it listens.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Answer, decode, encode } from 'dns-packet';

const noSuchName = 3;
const flags = 0x8180;
const known: Answer[] = [{ type: 'A', name: 'www.example.com', ttl: 60, data: '192.0.2.80' }];
const end: Answer = { type: 'SOA', name: 'com', ttl: 60, data: { mname: 'ns.com', rname: 'root.com', minimum: 60 } };

/** Its answers come from where they were asked: from a socket of all addresses they would have the one that is nearest. */
function serve(address: string): Promise<unknown> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.on('message', (message, from) => socket.send(answerTo(message), from.port, from.address));
  socket.bind(53, address);
  return once(socket, 'listening');
}

function answerTo(message: Buffer): Buffer {
  const { id = 0, questions = [] } = decode(message);
  const [asked] = questions;
  const isKnown = asked?.name.toLowerCase() === 'www.example.com';
  const answers = known.filter(({ type }) => isKnown && type === asked?.type);
  return encode({
    type: 'response',
    id,
    flags: flags | (isKnown ? 0 : noSuchName),
    questions,
    answers,
    authorities: answers.length > 0 ? [] : [end],
  });
}

for (const address of ['0.0.0.0', ...process.argv.slice(2)]) await serve(address);
console.log('ready');
