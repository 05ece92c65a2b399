import type { ProviderRequest } from '@tollgate/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { type Assembly, assemble } from '../support/assembly.ts'
import { ask, type RawRequest } from '../support/raw.ts'
import { ANTHROPIC, HAIKU, message } from './dodges/anthropic.ts'
import { at, chat, type Trial, toChat } from './dodges/attempt.ts'
import { FLASH, GEMINI, generate } from './dodges/gemini.ts'
import { GOOD } from './dodges/names.ts'
import { OPENAI } from './dodges/openai.ts'

/**
 * What a caller of the least tier tries, to be served by a model that it has not. The witness is the provider's own log:
 * whatever the gateway answered, no request of any other model than those of the tier arrived there.
 */

/** The model that a provider was asked for, by its own log: in the body, or in the path. */
function modelOf({ body, path }: ProviderRequest): string {
  const [, inPath] = /\/models\/([^:/?]+)/.exec(path) ?? []
  return inPath ?? String((body as { model?: unknown }).model)
}

async function gateway({ dialect, mine }: Trial): Promise<Assembly> {
  const all = { least: { models: [...mine, '*-mini'] }, project: { models: ['*'], endpoints: ['audio'] } }
  return assemble({ dialect, tiers: all, budgets: [{ limit_usd: '5.00', period: 'daily' }] })
}

const tried = { attempts: 0, refused: 0, asMine: 0 }

describe.each([OPENAI, ANTHROPIC, GEMINI])(
  'a caller of the least tier, in the dialect of $dialect',
  (trial) => {
    it('is served by no model outside it, whatever it sends', async () => {
      const { url, key, provider } = await gateway(trial)
      for (const { path, body, headers = [] } of trial.attempts) {
        const type = headers.some((name) => name.toLowerCase() === 'content-type')
        const usual = [
          'authorization',
          key.authorization,
          ...(type ? [] : ['content-type', 'application/json']),
        ]
        const answer = await ask(new URL(url).origin, {
          path,
          body,
          headers: [...usual, ...headers],
        } as RawRequest)
        tried.attempts += 1
        if (answer.status === 200) tried.asMine += 1
        else {
          tried.refused += 1
          expect(answer.status, `${path} ${body}: ${answer.text}`).toBeGreaterThanOrEqual(400)
          expect(answer.status, `${path} ${body}: ${answer.text}`).toBeLessThan(500)
        }
      }
      const served = provider.requests.map(modelOf)
      expect(served.filter((model) => !trial.mine.includes(model))).toEqual([])
    })

    it('is served by those of its tier', async () => {
      const { url, key, provider } = await gateway(trial)
      const [mine = ''] = trial.mine
      const bodies = {
        openai: toChat(chat(GOOD)),
        anthropic: at('/v1/messages')(message(HAIKU)),
        gemini: generate(FLASH),
      }
      const { path, body } = bodies[trial.dialect as keyof typeof bodies]
      const headers = ['authorization', key.authorization, 'content-type', 'application/json']
      const { status } = await ask(new URL(url).origin, { path, body, headers } as RawRequest)
      expect(status).toBe(200)
      expect(provider.requests.map(modelOf)).toEqual([mine])
    })
  },
)

afterAll(() => {
  expect(tried.attempts).toBeGreaterThanOrEqual(200)
  // What names a model of the tier in the place that counts is a request for that one.
  expect(tried.asMine).toBeLessThan(tried.attempts / 20)
})
