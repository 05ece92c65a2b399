import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The wall clock of processes that are started with it, as on a machine of their own. */
export interface MachineClock {
  /** What their environment needs. */
  readonly env: Readonly<Record<string, string>>
  /** Set it to so many ms ahead of this machine's, or behind it: at once, in every process that goes by it. */
  step(aheadMs: number): void
  /** Call it when they have ended. */
  remove(): void
}

/** Why there are no such clocks here; undefined when there are. */
export function whyNoMachineClock(): string | undefined {
  if (process.platform !== 'linux') return 'clocks can be stepped on Linux only'
  return (
    spawnSync('gcc', ['--version']).error && 'gcc is not on the PATH (Debian: apt-get install gcc libc6-dev)'
  )
}

/** A clock that is right until it is stepped. */
export function machineClock(): MachineClock {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-clock-'))
  const library = join(folder, 'clock.so')
  const source = join(import.meta.dirname, 'machine-clock', 'clock.c')
  const { status, stderr } = spawnSync('gcc', ['-shared', '-fPIC', '-O2', '-o', library, source])
  if (status !== 0) throw new Error(`the clock cannot be compiled:\n${stderr}`)
  const file = join(folder, 'ahead-ms')

  function step(aheadMs: number): void {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(aheadMs))
    // In place: whoever has mapped the file sees the eight bytes change, and must never see it empty.
    writeFileSync(file, bytes, { flag: 'r+' })
  }

  writeFileSync(file, Buffer.alloc(8))
  return {
    env: { LD_PRELOAD: library, MACHINE_CLOCK: file },
    step,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
