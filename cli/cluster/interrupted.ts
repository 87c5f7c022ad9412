/** Ctrl-C while a cluster starts: what was started goes on, and any command may follow. */

/** 128 and the signal's number, as shells have it. */
export const interruptedCode = 130;

/** Ends the process at SIGINT with a sentence that says how to go on. */
export function sayWhenInterrupted(): void {
  process.once('SIGINT', () => {
    process.stderr.write(
      "\ninterrupted: say the same again to go on, or 'sudo ./orrery reset' to forget the cluster.\n",
    );
    process.exit(interruptedCode);
  });
}
