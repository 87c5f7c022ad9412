/** The queries of the streaming subresources (PodLogOptions, PodExecOptions, ...), turned into the kubelet's. */
import { badRequest, type FieldError, invalid } from '../../api/status.js';

/** A query parameter of type bool as apimachinery reads it: present and empty is true. */
const flag = (query: URLSearchParams, name: string): boolean => {
  const value = query.get(name);
  return value !== null && (value === '' || value === '1' || value.toLowerCase() === 'true');
};

const integers: Record<string, number> = { tailLines: 0, limitBytes: 1, sinceSeconds: 1 };

/** PodLogOptions, checked, as the kubelet takes them. Throws BadRequest or Invalid. `name` is the pod's. */
export function logQuery(query: URLSearchParams, name: string): URLSearchParams {
  const out = new URLSearchParams();
  const errors: FieldError[] = [];
  for (const option of ['follow', 'previous', 'timestamps']) if (flag(query, option)) out.set(option, 'true');
  for (const [option, least] of Object.entries(integers)) {
    const text = query.get(option);
    if (text === null || text === '') continue;
    if (!/^[+-]?\d+$/.test(text)) throw badRequest(`${option}: ${JSON.stringify(text)} is not an integer`);
    if (Number(text) < least) errors.push(tooSmall(option, text, least));
    out.set(option, text);
  }
  const sinceTime = query.get('sinceTime');
  if (sinceTime) {
    if (Number.isNaN(Date.parse(sinceTime))) {
      throw badRequest(`sinceTime: ${JSON.stringify(sinceTime)} is not a time in RFC 3339`);
    }
    if (out.has('sinceSeconds')) errors.push(twoTimes);
    out.set('sinceTime', sinceTime);
  }
  copyStream(query, out, errors);
  if (errors.length > 0) throw invalid('PodLogOptions', '', name, errors);
  return out;
}

const tooSmall = (field: string, value: string, least: number): FieldError => ({
  type: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${value}: must be greater than ${least === 0 ? 'or equal to 0' : '0'}`,
});

const twoTimes: FieldError = {
  type: 'FieldValueForbidden',
  field: '',
  message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
};

function copyStream(query: URLSearchParams, out: URLSearchParams, errors: FieldError[]): void {
  const stream = query.get('stream');
  if (!stream || stream === 'All') return;
  out.set('stream', stream);
  if (stream !== 'Stdout' && stream !== 'Stderr') {
    const message = `Unsupported value: ${JSON.stringify(stream)}: supported values: "All", "Stderr", "Stdout"`;
    errors.push({ type: 'FieldValueNotSupported', field: 'stream', message });
  }
}

export interface ExecOptions {
  command: string[];
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** PodExecOptions and PodAttachOptions: stdout and stderr are joined unless said otherwise; a terminal has no stderr. */
export function execOptions(query: URLSearchParams): ExecOptions {
  const unlessFalse = (name: string): boolean => !query.has(name) || flag(query, name);
  const tty = flag(query, 'tty');
  return {
    command: query.getAll('command'),
    stdin: flag(query, 'stdin'),
    stdout: unlessFalse('stdout'),
    stderr: !tty && unlessFalse('stderr'),
    tty,
  };
}

/** As Kubernetes' API server asks a kubelet, which calls the streams input, output and error. */
export function execQuery({ command, stdin, stdout, stderr, tty }: ExecOptions): URLSearchParams {
  const out = new URLSearchParams(command.map((word): [string, string] => ['command', word]));
  const flags = { input: stdin, output: stdout, error: stderr, tty };
  for (const [name, on] of Object.entries(flags)) if (on) out.set(name, '1');
  return out;
}

/** PodPortForwardOptions; SPDY clients name the ports in their streams instead. */
export const portForwardQuery = (query: URLSearchParams): URLSearchParams =>
  new URLSearchParams(
    query
      .getAll('ports')
      .flatMap(ports => ports.split(','))
      .map((port): [string, string] => ['port', port]),
  );
