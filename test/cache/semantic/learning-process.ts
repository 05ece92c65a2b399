import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { SemanticStatus } from '@tollgate/kit/cache/semantic'
import { closeAfter } from '../../support/close-after.ts'

/** Where a gateway keeps answers, vectors and what it learns: an address, or the beginning of its files' names. */
export type KeptAt = { readonly redis: string } | { readonly sqlite: string }

export interface AskOptions {
  readonly by?: string
  readonly means?: string
}

export interface LearningProcess {
  /** Ask as somebody, of a provider whose answer would be one word. Resolves with what the cache did. */
  ask(text: string, options?: AskOptions): Promise<string | null>
  /** The same; resolves with the id of what was served, null where nothing was. */
  served(text: string, options?: AskOptions): Promise<string | null>
  /** Have an answer forgotten. */
  forget(id: string): Promise<void>
  /** What it knows, once all that was answered is judged. */
  learnt(): Promise<SemanticStatus>
  /** What chance says from now on, from 0 up to 1. */
  draw(drawn: number): Promise<void>
  /** SIGTERM; resolves with its exit code. */
  terminate(): Promise<number | null>
  /** kill -9. */
  kill(): Promise<void>
}

const PROGRAM = join(import.meta.dirname, 'learning-gateway.ts')

/** Start one; it ends with the test. */
export async function startLearning(at: KeptAt): Promise<LearningProcess> {
  const child = fork(PROGRAM, [JSON.stringify(at)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return (await exited)[0] as number | null
  }
  closeAfter(async () => void (await end('SIGKILL')))
  const ended = exited.then(() => Promise.reject(new Error('it ended before it listened')))
  ended.catch(() => {})
  const [url] = (await Promise.race([once(child, 'message'), ended])) as [string]
  async function headersOf(text: string, { by = 'ada', means = 'Settings' }: AskOptions = {}) {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user': by, 'x-means': means },
      body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: text }] }),
    })
    const said = await answer.text()
    if (!answer.ok) throw new Error(said)
    return answer.headers
  }
  return {
    ask: async (...asked) => (await headersOf(...asked)).get('x-tollgate-cache'),
    served: async (...asked) => (await headersOf(...asked)).get('x-tollgate-cache-entry'),
    forget: async (id) => void (await fetch(`${url}/entries/${id}`, { method: 'DELETE' })),
    learnt: async () => (await fetch(`${url}/learnt`)).json() as Promise<SemanticStatus>,
    draw: async (drawn) => void (await fetch(`${url}/draw/${drawn}`, { method: 'POST' })),
    terminate: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  }
}
