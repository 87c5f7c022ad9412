/** The server's Table (meta.k8s.io/v1) as the lines that `get` prints. Pure. */
import { sortedBy } from './sort.js';

export interface Table {
  kind: 'Table';
  metadata?: { resourceVersion?: string; continue?: string };
  columnDefinitions: { name: string; type?: string; priority?: number }[];
  rows: { cells: unknown[]; object?: TableObject }[];
}

export interface TableObject {
  metadata?: { name?: string; namespace?: string; labels?: Record<string, string>; resourceVersion?: string };
  [field: string]: unknown;
}

export interface TableStyle {
  wide: boolean;
  /** With a first column that says the namespace. */
  namespaces: boolean;
  /** With a last column of all labels. */
  labels: boolean;
  /** Labels that have a column of their own. */
  labelColumns: readonly string[];
  /** With a first column that says what happened (of a watch). */
  events: boolean;
  headings: boolean;
  /** Set where several kinds are shown: names are then "pod/web". */
  prefix?: string;
  /** A JSONPath by which rows are sorted. */
  sortBy?: string;
}

const isShown = (column: { priority?: number }, wide: boolean): boolean => wide || (column.priority ?? 0) === 0;

export function headings(table: Table, style: TableStyle): string[] {
  const shown = table.columnDefinitions
    .filter(column => isShown(column, style.wide))
    .map(column => column.name.toUpperCase());
  return [
    ...(style.events ? ['EVENT'] : []),
    ...(style.namespaces ? ['NAMESPACE'] : []),
    ...shown,
    ...style.labelColumns.map(label => (label.split('/').at(-1) ?? label).toUpperCase()),
    ...(style.labels ? ['LABELS'] : []),
  ];
}

/** `event` is what happened to these rows, for style.events. */
export function cells(table: Table, style: TableStyle, event = ''): string[][] {
  return sortedBy(table.rows, style.sortBy, row => row.object).map(row => {
    const shown = row.cells.flatMap((cell, index) => {
      const column = table.columnDefinitions[index];
      if (!column || !isShown(column, style.wide)) return [];
      const text = cellText(cell);
      return [index === 0 && style.prefix ? `${style.prefix}/${text}` : text];
    });
    const { namespace = '', labels = {} } = row.object?.metadata ?? {};
    return [
      ...(style.events ? [event] : []),
      ...(style.namespaces ? [namespace] : []),
      ...shown,
      ...style.labelColumns.map(label => labels[label] ?? ''),
      ...(style.labels ? [labelsText(labels)] : []),
    ];
  });
}

const cellText = (cell: unknown): string => (cell === null || cell === undefined ? '<none>' : String(cell));

function labelsText(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([key, value]) => `${key}=${value}`).join(',') || '<none>';
}
