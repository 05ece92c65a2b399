import { gate } from '@tollgate/testing'
import { toFile } from 'openai'
import { describe, expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'
import { budgets, clientOf, errorOf, expectBooked } from '../support/openai.ts'

const model = 'gpt-image-2'
const prompt = 'A toll keeper asleep in his booth.'
const size = '1024x1024'
const quality = 'low'
const picture = () =>
  toFile(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff]), 'booth.png', { type: 'image/png' })

describe('images.generate', () => {
  it('gives the picture, and books its tokens', async () => {
    const gateway = await assemble({ budgets })
    const { data: answer, response } = await clientOf(gateway)
      .images.generate({ model, prompt, size, quality, n: 2 })
      .withResponse()
    const [request] = gateway.provider.requests
    expect(answer.data).toHaveLength(2)
    expect(answer.usage).toMatchObject({ output_tokens: request?.usage.imageOutput })
    expect(gateway.provider.totals().nanoUsd).toBeGreaterThan(0)
    expect(Number(response.headers.get('x-tollgate-cost-usd')) * 1e9).toBeCloseTo(request!.nanoUsd)
    await expectBooked(gateway)
  })

  it('streams previews and the picture, and books what its last event says', async () => {
    const gateway = await assemble({ budgets })
    const stream = await clientOf(gateway).images.generate({
      model,
      prompt,
      size,
      quality,
      partial_images: 2,
      stream: true,
    })
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    const preview = 'image_generation.partial_image'
    expect(types).toEqual([preview, preview, 'image_generation.completed'])
    await expectBooked(gateway)
  })

  it('a picture that is billed by the piece costs what its size and quality do', async () => {
    const gateway = await assemble({ budgets })
    await clientOf(gateway).images.generate({ model: 'dall-e-3', prompt, size, quality: 'standard' })
    expect(gateway.provider.totals().nanoUsd).toBe(40_000_000)
    await expectBooked(gateway)
  })

  it('one that a client leaves is charged all that it was reserved, which is what it costs', async () => {
    const gateway = await assemble({ budgets })
    const held = gate()
    gateway.provider.next({ pause: { afterChunks: 1, until: held } })
    const leaving = new AbortController()
    const stream = await clientOf(gateway).images.generate(
      { model, prompt, size, quality, partial_images: 1, stream: true },
      { signal: leaving.signal },
    )
    for await (const event of stream) {
      expect(event.type).toBe('image_generation.partial_image')
      leaving.abort()
    }
    await gateway.atRest()
    held.open()
    const { spent } = await gateway.books()
    // The picture and its preview, and less than a cent for the words.
    expect(spent).toBeGreaterThan((196 + 100) * 30_000)
    expect(spent).toBeLessThan((196 + 100) * 30_000 + 1_000_000)
  })

  it('is refused with the budget’s own error where its worst case does not fit, and nothing is sent', async () => {
    const gateway = await assemble({ budgets: [{ limit_usd: '0.005', period: 'daily' }] })
    const error = await errorOf(clientOf(gateway).images.generate({ model, prompt, size, quality }))
    expect(error).toMatchObject({ status: 429, code: 'budget_exceeded' })
    expect(gateway.provider.requests).toHaveLength(0)
    expect(await gateway.books()).toMatchObject({ spent: 0, reserved: 0 })
  })

  it('never passes a budget, however many ask at once', async () => {
    const gateway = await assemble({ budgets: [{ limit_usd: '0.10', period: 'daily' }] })
    const client = clientOf(gateway, { maxRetries: 0 })
    const asked = Array.from({ length: 60 }, () => client.images.generate({ model, prompt, size, quality }))
    const answers = await Promise.allSettled(asked)
    const served = answers.filter(({ status }) => status === 'fulfilled').length
    await gateway.atRest()
    expect(served).toBeGreaterThan(5)
    expect(served).toBeLessThan(60)
    expect(gateway.provider.totals().nanoUsd).toBeLessThanOrEqual(100_000_000)
    await expectBooked(gateway)
  })
})

describe('images.edit', () => {
  it('sends the form on byte for byte, and books pictures in and out', async () => {
    const gateway = await assemble({ budgets })
    const answer = await clientOf(gateway).images.edit({
      model,
      prompt,
      size,
      quality,
      image: [await picture(), await picture()],
      mask: await picture(),
    })
    const [request] = gateway.provider.requests
    expect(answer.usage?.input_tokens_details.image_tokens).toBe(request?.usage.imageInput)
    expect(request?.body).toMatchObject({ model, prompt, image: [{ name: 'booth.png' }, {}] })
    const [sent] = (request!.body as { image: { bytes: Buffer }[] }).image
    expect(sent?.bytes).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff]))
    await expectBooked(gateway)
  })

  it('streams as well', async () => {
    const gateway = await assemble({ budgets })
    const stream = await clientOf(gateway).images.edit({
      model,
      prompt,
      size,
      quality,
      image: await picture(),
      stream: true,
    })
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    expect(types).toEqual(['image_edit.completed'])
    await expectBooked(gateway)
  })

  it('asks the deployment by its own name of the model, and changes nothing else', async () => {
    const gateway = await assemble({
      budgets,
      routing: (simulated) => ({
        providers: [simulated],
        routes: { artist: [`${simulated.name}/${model}`] },
      }),
    })
    const { key, provider, url } = gateway
    const body = new FormData()
    for (const [name, value] of Object.entries({ model: 'artist', prompt, size, quality, n: '1' }))
      body.append(name, value)
    body.append('image', new Blob([Buffer.alloc(3_000, 0xfe)], { type: 'image/png' }), 'a.png')
    const before = await new Response(body).clone().formData()
    const answer = await fetch(`${url}/images/edits`, {
      method: 'POST',
      body,
      headers: { authorization: key.authorization },
    })
    expect(answer.status).toBe(200)
    const { model: named, image, ...rest } = provider.requests[0]!.body as Record<string, unknown>
    expect(named).toBe(model)
    expect(rest).toEqual({ prompt, size, quality, n: '1' })
    expect((image as { bytes: Buffer }).bytes).toEqual(
      Buffer.from(await (before.get('image') as File).arrayBuffer()),
    )
    await expectBooked(gateway)
  })
})

it('images.createVariation, which a provider may still serve', async () => {
  const gateway = await assemble({ budgets })
  const answer = await clientOf(gateway).images.createVariation({
    model: 'dall-e-3',
    image: await picture(),
    n: 2,
  })
  expect(answer.data).toHaveLength(2)
  await expectBooked(gateway)
})

it('pictures and sound are open to tiers that name them, and to no others', async () => {
  const tiers = {
    default: { models: ['*'] },
    painter: { models: ['*'], endpoints: ['images'], approval: 'director' },
  }
  const closed = await assemble({ budgets, tiers })
  const draw = { model, prompt, size, quality } as const
  const error = await errorOf(clientOf(closed).images.generate(draw))
  expect(error).toMatchObject({ status: 403, code: 'endpoint_not_allowed' })
  expect(error.message).toContain('Tier painter does (approval: director)')
  const form = { model, prompt, image: await picture() }
  expect(await errorOf(clientOf(closed).images.edit(form))).toMatchObject({ code: 'endpoint_not_allowed' })
  const speaking = clientOf(closed).audio.speech.create({ model: 'tts-1', voice: 'ash', input: 'a' })
  expect(await errorOf(speaking)).toMatchObject({ code: 'endpoint_not_allowed' })
  expect(closed.provider.requests).toHaveLength(0)

  const open = await assemble({ budgets, tiers: { painter: tiers.painter } })
  await clientOf(open).images.generate(draw)
  await expectBooked(open)
})

it('a tier that names models looks into the form', async () => {
  const tiers = { default: { models: ['gpt-image-1-mini'], endpoints: ['images'] } }
  const gateway = await assemble({ budgets, tiers })
  const error = await errorOf(clientOf(gateway).images.edit({ model, prompt, image: await picture() }))
  expect(error).toMatchObject({ status: 403, code: 'model_not_allowed' })
  expect(gateway.provider.requests).toHaveLength(0)
})

it('a route to a provider of another dialect is refused in so many words, and nothing is spent', async () => {
  const gateway = await assemble({ budgets, dialect: 'anthropic' })
  const error = await errorOf(clientOf(gateway, { maxRetries: 0 }).images.generate({ model, prompt, size }))
  expect(error).toMatchObject({ status: 404, code: 'endpoint_not_found' })
  expect(error.message).toContain('nothing that takes the place of images')
  expect(gateway.provider.requests).toHaveLength(0)
  expect(await gateway.books()).toMatchObject({ spent: 0, reserved: 0 })
})
