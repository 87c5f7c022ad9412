/** The columns that a definition adds to a table, by JSONPath. */
import { ageOf } from '../../api/duration.js';
import { parsePath, valuesAt } from '../../api/jsonpath/paths.js';
import { ageColumn, nameColumn } from '../../api/kinds/columns.js';
import type { Column } from '../../api/kinds/row.js';
import type { CustomResourceDefinition } from '../../api/types.js';

type Version = CustomResourceDefinition['spec']['versions'][number];
type Described = NonNullable<Version['additionalPrinterColumns']>[number];

/** Name, what the definition says, and the age where it says nothing. */
export function columnsOf(version: Version): Column[] {
  const described = version.additionalPrinterColumns ?? [];
  const shown = described.length === 0 ? [ageColumn as Column] : described.map(columnOf);
  return [nameColumn as Column, ...shown];
}

function columnOf({ name, type, format, description, priority, jsonPath }: Described): Column {
  const path = parsePath(jsonPath);
  return {
    name,
    type: type as Column['type'],
    ...(format ? { format } : {}),
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    ...(priority ? { priority } : {}),
    cell: (object, now) => cellOf(type, valuesAt(path, object), now),
  };
}

/** What does not have the column's type is not shown. */
function cellOf(type: string, values: readonly unknown[], now: number): ReturnType<Column['cell']> {
  const [value] = values;
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? ageOf(value, now) : null;
    default:
      return values.length > 1 ? values.map(text).join(',') : text(value);
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
