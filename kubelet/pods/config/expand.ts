/** `$(NAME)` in env values, command and args: what is not defined stays as it is written, and `$$` is one `$`. */
export function expand(text: string, value: (name: string) => string | undefined): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, after: string, name: string | undefined) => {
    if (after === '$') return '$';
    return value(name ?? '') ?? whole;
  });
}
