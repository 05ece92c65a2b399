import Module from 'node:module'
import { beforeEach, expect, it, vi } from 'vitest'
import { ADA, place } from '../support/gateway.ts'

const SAID =
  'tokenizer: gpt-tokenizer is a package that is not installed: npm install gpt-tokenizer beside tollgate, or write tokenizer: js-tiktoken'

type Resolve = (request: string, ...rest: unknown[]) => string

/** As on a machine where npm has not installed it: nobody who asks Node for it finds it. */
beforeEach(() => {
  const node = Module as unknown as { _resolveFilename: Resolve }
  const found = node._resolveFilename
  const resolving = vi.spyOn(node, '_resolveFilename').mockImplementation((request, ...rest) => {
    if (!request.startsWith('gpt-tokenizer/')) return found.call(Module, request, ...rest)
    throw Object.assign(new Error(`Cannot find module '${request}'`), { code: 'MODULE_NOT_FOUND' })
  })
  return () => resolving.mockRestore()
})

const wanting = () => place(`tokenizer: gpt-tokenizer\n${ADA}`)

it('a gateway whose tokenizer is not installed does not start, and says what to do', async () => {
  await expect((await wanting()).start()).rejects.toThrow(SAID)
})

it.each(['start', 'config check'])('tollgate %s says it in a line, and no stack', async (command) => {
  const { code, err } = await (await wanting()).command(command)
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(`tollgate ${command}: ${SAID}`) })
  expect(err).not.toContain('\n')
})

it('tollgate doctor refuses it, and finds it once it is there', async () => {
  const made = await wanting()
  const missing = await made.command('doctor')
  expect(missing.code).toBe(1)
  expect(missing.out).toMatch(new RegExp(`^refuse +tokenizer: ${SAID}`, 'm'))
  expect(missing.out).toMatch(/^refused +a gateway does not start here: 1 to change/m)

  vi.restoreAllMocks()
  const there = await made.command('doctor')
  expect([there.code, there.out]).toEqual([
    0,
    expect.stringMatching(/^note +tokenizer: gpt-tokenizer is installed\.$/m),
  ])
  made.edit('tokenizer: gpt-tokenizer', 'tokenizer: js-tiktoken')
  expect((await made.command('doctor')).out).not.toContain('tokenizer')
})
