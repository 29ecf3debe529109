/** Who reads the output may hang up first: `waybill tasks | head`. Node tells a program so by an error that would otherwise end it with a stack trace. */
export function whenReaderIsGone(then: () => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    then();
  });
}
