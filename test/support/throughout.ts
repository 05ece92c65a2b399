import { afterAll, beforeAll } from 'vitest'

/**
 * Something that runs for all tests of the block, or of the file, in which this is called: it is started before the first of
 * them, and stopped behind the last. Call what is returned inside of tests only.
 *
 * @example
 * const server = throughout(redisServer)
 * it('answers', async () => expect(await server().call('ping')).toBe('PONG'))
 */
export function throughout<Running extends Stoppable>(start: () => Promise<Running>): () => Running {
  let running: Running | undefined
  beforeAll(async () => {
    running = await start()
  })
  afterAll(() => running && stop(running))
  return () => {
    if (!running) throw new Error('It runs inside of tests only.')
    return running
  }
}

/** Things are stopped, or closed: each has its own word for it. */
type Stoppable = { stop(): Promise<unknown> } | { close(): Promise<unknown> }

const stop = (running: Stoppable) => ('stop' in running ? running.stop() : running.close())
