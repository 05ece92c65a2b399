/**
 * One keystroke is one signal: npm passes on what the terminal has sent to the whole group already, so that the second
 * of two within this time says nothing new.
 */
const ECHO_MS = 500

/** The exit code that shells give a process which a signal has ended: https://tldp.org/LDP/abs/html/exitcodes.html */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** Resolves with the first signal to stop. A second one does not wait for anything: the process ends at once. */
export function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let firstAtMs: number | undefined
    const listen = (signal: keyof typeof EXIT_CODES) => () => {
      if (firstAtMs === undefined) {
        firstAtMs = performance.now()
        // The terminal has echoed ^C where the next line is to begin.
        if (process.stdout.isTTY) process.stdout.write('\r')
        resolve(signal)
      } else if (performance.now() - firstAtMs > ECHO_MS) process.exit(EXIT_CODES[signal])
    }
    process.on('SIGINT', listen('SIGINT'))
    process.on('SIGTERM', listen('SIGTERM'))
  })
}
