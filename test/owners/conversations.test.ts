import { ownerCheck, sqliteOwners } from '@tollgate/kit'
import type { Owners } from '@tollgate/kit/owners'
import { testKey } from '@tollgate/testing'
import type OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { type Assembly, type AssemblyOptions, assemble } from '../support/assembly.ts'
import { closeAfter } from '../support/close-after.ts'
import { clientOf, expectBooked, model } from '../support/openai.ts'

/** Somebody else's key, of the same org. */
const eve = testKey()

interface Owned extends Assembly {
  readonly owners: Owners
  readonly ours: OpenAI
  readonly hers: OpenAI
}

/** A gateway that knows who made what its provider stores, and two callers. */
async function owning(options: AssemblyOptions & { readonly owners?: Owners } = {}): Promise<Owned> {
  const { owners = sqliteOwners(':memory:'), ...others } = options
  closeAfter(async () => owners.close())
  let providers: Parameters<typeof ownerCheck>[0]['providers'] = []
  const gateway = await assemble({
    keys: [eve],
    routing(simulated) {
      providers = [{ ...simulated, conversations: 'owned' }]
      return { providers }
    },
    between: () => [ownerCheck({ owners, providers })],
    ...others,
  })
  await gateway.ledger.provision(eve.org, eve.account, [])
  return {
    ...gateway,
    owners,
    ours: clientOf(gateway, { maxRetries: 0 }),
    hers: clientOf(gateway, { maxRetries: 0, apiKey: eve.secret }),
  }
}

const first = { model, input: 'What does a toll keeper do all day?' }
const NOT_FOUND = { status: 404, code: 'not_found' }

describe('a conversation that a provider stores', () => {
  it('is gone on with by whoever began it, and by nobody else', async () => {
    const gateway = await owning()
    const { ours, hers, provider } = gateway
    const { id } = await ours.responses.create(first)
    const second = await ours.responses.create({ ...first, previous_response_id: id })
    const third = await ours.responses.create({ ...first, previous_response_id: second.id })
    expect(third.usage!.input_tokens).toBeGreaterThan(second.usage!.input_tokens)
    const asked = provider.totals().requests
    await expect(hers.responses.create({ ...first, previous_response_id: id })).rejects.toMatchObject(
      NOT_FOUND,
    )
    expect(provider.totals().requests).toBe(asked)
    await expectBooked(gateway)
  })

  it('is told from one that never was by nothing', async () => {
    const { ours, hers } = await owning()
    const { id } = await ours.responses.create(first)
    const answers = await Promise.all(
      [id, 'resp_that_never_was'].map((previous_response_id) =>
        hers.responses.create({ ...first, previous_response_id }).catch((error) => ({
          status: error.status,
          message: error.message.replace(/Ref \S+/, ''),
          headers: [...error.headers.keys()],
        })),
      ),
    )
    expect(answers[0]).toEqual(answers[1])
    expect(JSON.stringify(answers)).not.toContain(id)
  })

  it('can be gone on with while its stream still ends', async () => {
    const { ours, hers } = await owning()
    let id = ''
    for await (const event of await ours.responses.create({ ...first, stream: true }))
      if (event.type === 'response.completed') id = event.response.id
    await expect(ours.responses.create({ ...first, previous_response_id: id })).resolves.toBeDefined()
    await expect(hers.responses.create({ ...first, previous_response_id: id })).rejects.toMatchObject(
      NOT_FOUND,
    )
  })

  it('is written down before its answer ends: by way of any process its owner can go on with it', async () => {
    const written: string[] = []
    const store = sqliteOwners(':memory:')
    const slow: Owners = {
      ...store,
      async claim(claim) {
        await new Promise((resolve) => setImmediate(resolve))
        await store.claim(claim)
        written.push(...claim.ids)
      },
    }
    const { post } = await owning({ owners: slow })
    const { id } = (await (await post('/responses', first)).json()) as { readonly id: string }
    expect(written).toContain(id)
  })

  it('is not what its caller told the provider not to store', async () => {
    const { ours } = await owning()
    const { id } = await ours.responses.create({ ...first, store: false })
    await expect(ours.responses.create({ ...first, previous_response_id: id })).rejects.toMatchObject(
      NOT_FOUND,
    )
  })

  it('has items, which are its owner’s too', async () => {
    const { ours, hers } = await owning()
    const { output } = await ours.responses.create(first)
    const input = [
      { type: 'item_reference' as const, id: output[0]!.id! },
      { role: 'user' as const, content: 'Go on.' },
    ]
    await expect(ours.responses.create({ model, input })).resolves.toBeDefined()
    await expect(hers.responses.create({ model, input })).rejects.toMatchObject(NOT_FOUND)
  })

  it('is shared among those of a team where that is said', async () => {
    const [ada, bob, cyd] = [testKey({ team: 'a' }), testKey({ team: 'a' }), testKey({ team: 'b' })]
    const owners = sqliteOwners(':memory:')
    let providers: Parameters<typeof ownerCheck>[0]['providers'] = []
    const gateway = await owning({
      owners,
      keys: [ada, bob, cyd],
      routing(simulated) {
        providers = [{ ...simulated, conversations: 'owned' }]
        return { providers }
      },
      between: () => [ownerCheck({ owners, providers, per: 'team' })],
    })
    for (const { org, account } of [ada, bob, cyd]) await gateway.ledger.provision(org, account, [])
    for (const team of ['team:a', 'team:b'] as const) await gateway.ledger.provision('test', team, [])
    const as = ({ secret }: typeof ada) => clientOf(gateway, { maxRetries: 0, apiKey: secret })
    const { id } = await as(ada).responses.create(first)
    await expect(as(bob).responses.create({ ...first, previous_response_id: id })).resolves.toBeDefined()
    await expect(as(cyd).responses.create({ ...first, previous_response_id: id })).rejects.toMatchObject(
      NOT_FOUND,
    )
  })
})

describe('whoever tries', () => {
  /** Ways to name somebody else's response, as bytes: what a client's own serializer would never write. */
  const WAYS: Readonly<Record<string, (id: string, own: string) => string>> = {
    'a second time, behind one of her own': (id, own) =>
      `{"model":"${model}","input":"x","previous_response_id":"${own}","previous_response_id":"${id}"}`,
    'in another case': (id) => `{"model":"${model}","input":"x","Previous_Response_Id":"${id}"}`,
    'by escapes': (id) => `{"model":"${model}","input":"x","previous_\\u0072esponse_id":"${id}"}`,
    'as an item': (id) =>
      `{"model":"${model}","input":[{"type":"item_reference","id":"${id}"},{"role":"user","content":"x"}]}`,
    'as an item that says twice what it is': (id) =>
      `{"model":"${model}","input":[{"type":"item_reference","type":"message","role":"user","content":"x","id":"${id}"}]}`,
    'as what was thought': (id) =>
      `{"model":"${model}","input":[{"type":"reasoning","id":"${id}","summary":[]},{"role":"user","content":"x"}]}`,
    'as a conversation': (id) => `{"model":"${model}","input":"x","conversation":{"id":"${id}"}}`,
    'beside one of her own': (id, own) =>
      `{"model":"${model}","previous_response_id":"${own}","input":[{"type":"item_reference","id":"${id}"}]}`,
    'kept in what only keeps': (id) => {
      const kept = Buffer.from(JSON.stringify([{ id, type: 'message' }])).toString('base64url')
      return `{"model":"${model}","input":[{"type":"reasoning","id":"rs_kept_${kept}","summary":[]},{"type":"item_reference","id":"${id}"}]}`
    },
  }

  it.each(Object.keys(WAYS))('%s: nothing is sent', async (way) => {
    const { ours, hers, provider, url } = await owning()
    const [{ id }, { id: own }] = [await ours.responses.create(first), await hers.responses.create(first)]
    const asked = provider.totals().requests
    const answer = await fetch(`${url}/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: eve.authorization },
      body: WAYS[way]!(id, own),
    })
    expect([400, 404]).toContain(answer.status)
    expect(await answer.text()).not.toContain(own)
    expect(provider.totals().requests).toBe(asked)
  })

  it('in another dialect, at the same provider: a file in Chat Completions', async () => {
    const { hers, provider } = await owning()
    const file = { type: 'file' as const, file: { file_id: 'file-of-somebody' } }
    const call = hers.chat.completions.create({ model, messages: [{ role: 'user', content: [file] }] })
    await expect(call).rejects.toMatchObject(NOT_FOUND)
    expect(provider.totals().requests).toBe(0)
  })

  it('to own it first, by a register that does not answer: nobody goes on with anything', async () => {
    const broken: Owners = {
      claim: () => Promise.reject(new Error('away')),
      find: () => Promise.reject(new Error('away')),
      forget: () => Promise.reject(new Error('away')),
      close: () => {},
    }
    const { ours, provider } = await owning({ owners: broken })
    const { id } = await ours.responses.create(first)
    await expect(ours.responses.create({ ...first, previous_response_id: id })).rejects.toMatchObject({
      status: 503,
      code: 'ledger_unavailable',
    })
    expect(provider.totals().requests).toBe(1)
  })
})

describe('what it adds to the input', () => {
  const long = { model, input: 'A toll is owed. '.repeat(400), max_output_tokens: 16 }

  it('is known of the response before it, so that a hard budget pays for little more than it costs', async () => {
    // The window of the model would cost $0.0192 as input alone.
    const gateway = await owning({ budgets: [{ limit_usd: '0.005', period: 'daily' }] })
    const { ours, provider } = gateway
    const { id } = await ours.responses.create(long)
    const next = await ours.responses.create({
      model,
      input: 'Go on.',
      max_output_tokens: 16,
      previous_response_id: id,
    })
    expect(next.usage!.input_tokens).toBeGreaterThan(1_500)
    expect(provider.totals().nanoUsd).toBeLessThanOrEqual(5_000_000)
    await expectBooked(gateway)
  })

  it('is the window of the model where nobody knows: refused, and nothing is sent', async () => {
    const gateway = await owning({ budgets: [{ limit_usd: '0.005', period: 'daily' }] })
    const { ours, owners, key, provider } = gateway
    const owner = JSON.stringify(['org:test', key.account])
    await owners.claim({ owner, provider: 'openai', ids: ['resp_1', 'resp_2'], ttlMs: 60_000 })
    await owners.claim({
      owner,
      provider: 'openai',
      ids: ['resp_2'],
      ttlMs: 60_000,
      facts: { model: 'gpt-4o', tokens: 10 },
    })
    for (const previous_response_id of ['resp_1', 'resp_2']) {
      const call = ours.responses.create({ model, input: 'x', max_output_tokens: 16, previous_response_id })
      await expect(call).rejects.toMatchObject({ status: 429, code: 'budget_exceeded' })
    }
    expect(provider.totals().requests).toBe(0)
  })

  it('never lets a chain of many spend past the budget', async () => {
    const gateway = await owning({ budgets: [{ limit_usd: '0.003', period: 'daily' }] })
    const { ours, provider } = gateway
    let previous: { readonly previous_response_id?: string } = {}
    let refused = 0
    for (let turn = 0; turn < 12 && refused === 0; turn += 1) {
      try {
        const { id } = await ours.responses.create({ ...long, ...previous })
        previous = { previous_response_id: id }
      } catch (error) {
        expect(error).toMatchObject({ status: 429 })
        refused += 1
      }
    }
    expect(refused).toBe(1)
    expect(provider.totals().nanoUsd).toBeLessThanOrEqual(3_000_000)
    await expectBooked(gateway)
  })
})
