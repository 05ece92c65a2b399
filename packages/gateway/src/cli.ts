import { text } from 'node:stream/consumers'
import { run } from './commands/run.ts'
import { stopSignal } from './stop-signal.ts'

// A reader that has seen enough, as `head` has, must not end a gateway.
process.stdout.on('error', () => {})

run(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  input: () => text(process.stdin),
  clear() {
    if (process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[H')
  },
  get stopped() {
    return stopSignal()
  },
  nowMs: () => Date.now(),
  onHangup(listener) {
    // A terminal that is closed says the same, and means the end.
    if (!process.stdout.isTTY) process.on('SIGHUP', listener)
  },
}).then(
  (code) => process.exit(code),
  (fault: unknown) => {
    process.stderr.write(`tollgate: ${fault instanceof Error ? fault.stack : String(fault)}\n`)
    process.exit(1)
  },
)
