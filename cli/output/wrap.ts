/** Text in lines of at most `width` characters: broken at spaces only, which are kept inside a line. Pure. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap(paragraph => {
    const lines = [''];
    for (const [, spaces = '', word = ''] of paragraph.matchAll(/(\s*)(\S+)/g)) {
      const line = lines.at(-1) ?? '';
      if (line !== '' && line.length + spaces.length + word.length > width) lines.push(word);
      else lines[lines.length - 1] = line === '' ? word : line + spaces + word;
    }
    return lines;
  });
}
