import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { RatesFor } from '@tollgate/kit/stages/rate-limit'

export interface PaceOptions {
  readonly redis: string
  readonly rates: Extract<RatesFor, object>
}

export interface PaceProcess {
  readonly url: string
  /** Move its clock on; it goes by no other. */
  advance(ms: number): Promise<void>
  /** kill -9, and wait until it is dead. */
  kill(): Promise<void>
}

const PROGRAM = join(import.meta.dirname, 'pace-child.ts')

/** Start a process of a limited service; resolves once it listens. */
export async function startPaced(options: PaceOptions): Promise<PaceProcess> {
  const child = fork(PROGRAM, [JSON.stringify(options)])
  const exited = once(child, 'exit')
  const died = exited.then(() => Promise.reject(new Error('a limited service ended before it listened')))
  const [told] = await Promise.race([once(child, 'message'), died])
  return {
    url: (told as { url: string }).url,
    async advance(ms) {
      const moved = once(child, 'message')
      child.send({ aheadMs: ms })
      await moved
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
