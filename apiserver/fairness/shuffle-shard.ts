/**
 * Deals each flow a hand of queues: two flows rarely have the same hand, so that one that floods its queues leaves
 * nearly every other flow a queue that is free.
 */
import { createHash } from 'node:crypto';

/** 64 bits of the flow's identity. */
export const flowHash = (schema: string, distinguisher: string): bigint =>
  createHash('sha256').update(`${schema}\0${distinguisher}`).digest().readBigUInt64LE();

/** `handSize` different numbers below `queues`. */
export function deal(hash: bigint, queues: number, handSize: number): number[] {
  const rests: number[] = [];
  let left = hash;
  for (let i = 0; i < handSize; i++) {
    const size = BigInt(queues - i);
    rests.push(Number(left % size));
    left /= size;
  }
  // Each rest counts only the queues that are not dealt yet: those dealt before are stepped over.
  return rests.map((rest, i) => {
    let queue = rest;
    for (let j = i - 1; j >= 0; j--) if (queue >= (rests[j] as number)) queue++;
    return queue;
  });
}
