import assert from 'node:assert/strict';
import { type Decodable, RecentlyDecoded } from './decoded.js';

describe('recently decoded objects', () => {
  it('are kept up to so many bytes, the last ones', () => {
    const forgotten: number[] = [];
    const recent = new RecentlyDecoded(100);
    const decodable = (number: number): Decodable => ({
      length: 10,
      forget: () => void forgotten.push(number),
    });
    for (let number = 0; number < 5000; number++) recent.add(decodable(number));
    assert.deepEqual(
      forgotten,
      Array.from({ length: 4990 }, (_, number) => number),
    );
  });

  it('that need no room any more make room for others', () => {
    const forgotten: number[] = [];
    const recent = new RecentlyDecoded(20);
    const [first, second, third, fourth] = [1, 2, 3, 4].map(
      (number): Decodable => ({ length: 10, forget: () => void forgotten.push(number) }),
    ) as [Decodable, Decodable, Decodable, Decodable];
    recent.add(first);
    recent.add(second);
    recent.remove(first);
    recent.remove(first);
    recent.add(third);
    assert.deepEqual(forgotten, []);
    recent.add(fourth);
    assert.deepEqual(forgotten, [2]);
  });
});
