/**
 * Elastic tab stops, as Go's tabwriter has them: a cell ends with a tab, and cells under each other on neighbouring
 * lines are as wide as the widest of them. A line without a cell in a column ends that column's block. Pure.
 */

const padding = 2;

/** The lines with spaces for tabs, and nothing trailing. */
export function elastic(lines: readonly string[]): string[] {
  const rows = lines.map(line => line.split('\t'));
  const widths = rows.map(row => row.map(() => 0));
  const columns = Math.max(0, ...rows.map(row => row.length - 1));
  for (let column = 0; column < columns; column += 1) {
    let block: number[] = [];
    for (let line = 0; line <= rows.length; line += 1) {
      // The last cell of a line is not ended by a tab, and so is part of no column.
      if ((rows[line]?.length ?? 0) - 1 > column) block.push(line);
      else {
        align(rows, widths, column, block);
        block = [];
      }
    }
  }
  return rows.map((row, line) =>
    row
      .map((cell, column) => cell.padEnd(widths[line]?.[column] ?? 0))
      .join('')
      .trimEnd(),
  );
}

function align(
  rows: readonly (readonly string[])[],
  widths: readonly number[][],
  column: number,
  block: readonly number[],
): void {
  const widest = Math.max(0, ...block.map(line => rows[line]?.[column]?.length ?? 0));
  for (const line of block) {
    const widthsOfLine = widths[line];
    if (widthsOfLine) widthsOfLine[column] = widest + padding;
  }
}
