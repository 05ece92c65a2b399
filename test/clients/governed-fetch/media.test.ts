import { governedFetch } from '@tollgate/kit/client'
import { memoryLedger, simulatedProvider } from '@tollgate/testing'
import OpenAI, { toFile } from 'openai'
import { expect, it } from 'vitest'
import { closeAfter } from '../../support/close-after.ts'
import { mp3 } from '../../support/recordings.ts'

/** The real client on a governed fetch, straight to the provider. */
async function worker(limit_usd = '1.00') {
  const provider = await simulatedProvider()
  closeAfter(() => provider.close())
  const ledger = memoryLedger({ budgets: [{ per: 'user', limit_usd, period: 'daily' }] })
  closeAfter(() => ledger.close())
  const fetch = governedFetch({ ledger, principal: { user: 'ada' } })
  const openai = new OpenAI({ baseURL: provider.url, apiKey: 'sk-any', fetch, maxRetries: 0 })
  const books = async () => (await ledger.read('default', ['user:ada']))[0]!
  return { provider, openai, books, fetch }
}

const drawing = { model: 'gpt-image-2', prompt: 'A toll.', size: '1024x1024', quality: 'low' } as const
const picture = () => toFile(Buffer.from([0x89, 0xff]), 'a.png', { type: 'image/png' })

it('pictures, from words and from a form', async () => {
  const { provider, openai, books } = await worker()
  await openai.images.generate(drawing)
  const edited = await openai.images.edit({ ...drawing, image: await picture() })
  expect(edited.usage?.input_tokens_details.image_tokens).toBe(1_024)
  expect(provider.requests[1]?.body).toMatchObject({ ...drawing, image: { name: 'a.png' } })
  expect(await books()).toMatchObject({ spent: provider.totals().nanoUsd, reserved: 0 })
})

it('a form that its caller has written, with a type of its own', async () => {
  const { provider, fetch, books } = await worker()
  const form = new FormData()
  for (const [name, value] of Object.entries(drawing)) form.append(name, value)
  form.append('image', await picture())
  const written = new Response(form)
  const headers = { 'content-type': written.headers.get('content-type')!, authorization: 'Bearer sk-any' }
  const body = Buffer.from(await written.arrayBuffer())
  const answer = await fetch(`${provider.url}/images/edits`, { method: 'POST', body, headers })
  expect(answer.status).toBe(200)
  expect(provider.requests[0]?.rawBody).toEqual(body)
  expect(await books()).toMatchObject({ spent: provider.totals().nanoUsd, reserved: 0 })
})

it('sound out, and sound in', async () => {
  const { provider, openai, books } = await worker()
  const spoken = await openai.audio.speech.create({ model: 'tts-1', voice: 'ash', input: 'Stop. Pay.' })
  expect((await spoken.arrayBuffer()).byteLength).toBeGreaterThan(1_000)
  await openai.audio.transcriptions.create({
    model: 'whisper-1',
    file: await toFile(mp3(100), 'a.mp3'),
  })
  expect(await books()).toMatchObject({ spent: provider.totals().nanoUsd, reserved: 0 })
})

it('is refused where the budget does not pay for the worst case', async () => {
  const { provider, openai, books } = await worker('0.001')
  const refused = openai.images.edit({ ...drawing, image: await picture() })
  await expect(refused).rejects.toMatchObject({ status: 429, code: 'budget_exceeded' })
  expect(provider.requests).toHaveLength(0)
  expect(await books()).toMatchObject({ spent: 0, reserved: 0 })
})
