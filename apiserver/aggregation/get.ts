/** A small question to an aggregated server. */
import { type RequestOptions, request } from 'node:https';

const answerMs = 5000;
const longest = 32 * 1024 * 1024;

/** Rejects when there is no answer in five seconds, or one that is too long. */
export function get(options: RequestOptions): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, method: 'GET', signal: AbortSignal.timeout(answerMs) });
    sent.on('error', reject);
    sent.on('response', answer => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > longest) answer.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    sent.end();
  });
}
