/** Rows under headings, aligned as kubectl aligns them: three spaces between columns, nothing trailing. */
import { type Paint, plain } from './colours.js';

/** No column takes less, spaces included. */
const narrowest = 6;

/** Also for rows that come later (a watch): widths only grow. */
export class ColumnWriter {
  #widths: number[] = [];
  readonly #paint: Paint;

  constructor(paint: Paint = plain) {
    this.#paint = paint;
  }

  /** Each row as a line without its newline. */
  lines(rows: readonly (readonly string[])[]): string[] {
    for (const row of rows) {
      row.forEach((cell, column) => {
        this.#widths[column] = Math.max(this.#widths[column] ?? 0, cell.length);
      });
    }
    return rows.map(row =>
      row
        .map((cell, column) => this.#paint(cell, column === row.length - 1 ? cell : this.#padded(cell, column)))
        .join('')
        .trimEnd(),
    );
  }

  /** The same, as text: '' for no rows. */
  text(rows: readonly (readonly string[])[]): string {
    return this.lines(rows)
      .map(line => `${line}\n`)
      .join('');
  }

  #padded(cell: string, column: number): string {
    return cell.padEnd(Math.max(narrowest, (this.#widths[column] ?? 0) + 3));
  }
}

export const alignedText = (rows: readonly (readonly string[])[]): string => new ColumnWriter().text(rows);
