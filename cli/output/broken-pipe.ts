/** `orrery get pods | head -1`: when the reader has gone, what is left to say is not said, and no stack is shown. */

/** What a shell reports of a program that SIGPIPE ended; node ignores that signal and sees EPIPE instead. */
const endedBySigpipe = 141;

export function endWithReader(out: NodeJS.WriteStream, exit: (code: number) => void = process.exit): void {
  out.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    exit(endedBySigpipe);
  });
}
