import { describe, expect, it } from 'vitest'
import { type PassingOptions, paidApi, passingService, says } from '../support/passing.ts'

async function ask(tiers: NonNullable<PassingOptions['tiers']>, line: string) {
  const api = await paidApi(says({}))
  const { fetch } = await passingService({
    providers: [
      { name: 'openai', dialect: 'openai', baseUrl: `${api.url}/v1` },
      { name: 'scribe', dialect: 'http', baseUrl: api.url },
    ],
    tiers,
  })
  const [method = '', path = ''] = line.split(' ')
  const { status } = await fetch(path, { method })
  expect(api.arrived).toHaveLength(status === 200 ? 1 : 0)
  return status
}

/** The first tier is the caller's. */
describe('the tier of what is passed through', () => {
  it.each([
    // Of a known class, in whatever way it is asked for.
    ['GET /v1/files', 403],
    ['GET /openai/v1/files', 403],
    ['GET /openai/files', 403],
    ['POST /v1/batches', 403],
    ['POST /v1/fine_tuning/jobs', 403],
    ['POST /v1/videos', 403],
    // Of none, and may cost: it may name any model.
    ['POST /v1/unheard-of', 403],
    ['POST /v1/evals/e/runs', 403],
    ['GET /v1/FILES', 403],
    // What is stored of conversations, which are open to all.
    ['GET /v1/responses/resp_1', 200],
    // An API that no tier names.
    ['POST /scribe/v1/audio/transcribe', 200],
  ])('a tier of models alone: %s is %i', async (line, status) => {
    expect(await ask({ default: { models: ['*'] } }, line)).toBe(status)
  })

  it.each([
    ['GET /v1/files', 200],
    ['POST /v1/batches', 200],
    ['POST /v1/unheard-of', 200],
    ['POST /v1/fine_tuning/jobs', 403],
    ['POST /scribe/v1/transcribe', 200],
  ])('a tier that names classes: %s is %i', async (line, status) => {
    const endpoints = ['files', 'batches', 'other', 'scribe']
    expect(await ask({ default: { models: [], endpoints } }, line)).toBe(status)
  })

  it('an API that one tier names is closed to the others', async () => {
    const tiers = { default: { models: ['*'] }, project: { models: ['*'], endpoints: ['scribe'] } }
    expect(await ask(tiers, 'POST /scribe/v1/transcribe')).toBe(403)
  })
})
