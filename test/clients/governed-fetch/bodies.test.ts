import { governedFetch } from '@tollgate/kit/client'
import { memoryLedger } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { closeAfter } from '../../support/close-after.ts'

const call = { model: 'gpt-4o-mini', max_tokens: 10, messages: [{ role: 'user', content: 'x' }] }
const PATH = '/v1/chat/completions'

/** A governed fetch, what it handed on to be sent, and its books. */
function worker(send: typeof fetch = fetch) {
  const ledger = memoryLedger({ budgets: [{ per: 'user', limit_usd: '1', period: 'daily' }] })
  closeAfter(() => ledger.close())
  let sent = 0
  const governed = governedFetch({
    ledger,
    principal: { user: 'ada' },
    fetch(input, init) {
      sent += 1
      return send(input, init)
    },
  })
  return {
    post: (url: string, init: RequestInit = {}) =>
      governed(url, { method: 'POST', body: JSON.stringify(call), ...init }),
    sent: () => sent,
    /** Nothing was charged, and nothing is held. */
    async expectFree() {
      const [state] = await ledger.read('default', ['user:ada'])
      expect(state ?? { spent: 0, reserved: 0 }).toMatchObject({ spent: 0, reserved: 0 })
    },
  }
}

it.each(['bytes', 'a stream'])('refuses a body that is not UTF-8, as %s, and sends nothing', async (form) => {
  const { post, sent, expectFree } = worker()
  const [before = '', after = ''] = JSON.stringify({ ...call, '?': 1 }).split('?')
  const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)])
  const body = form === 'bytes' ? bytes : new Blob([bytes]).stream()
  const answer = await post(`http://127.0.0.1:1${PATH}`, { body, duplex: 'half' } as RequestInit)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error: { code: 'invalid_request' } })
  expect(sent()).toBe(0)
  await expectFree()
})

it('charges nothing for a port that fetch does not connect to', async () => {
  const { post, sent, expectFree } = worker()
  await expect(post(`http://127.0.0.1:1${PATH}`)).rejects.toThrow('fetch failed')
  expect(sent()).toBe(1)
  await expectFree()
})

it.each([
  ['credentials in the URL', `http://user:secret@127.0.0.1:1${PATH}`, {}],
  ['options that do not exist', `http://127.0.0.1:1${PATH}`, { redirect: 'never' as RequestRedirect }],
])('charges nothing for what fetch itself does not take: %s', async (_, url, init) => {
  const { post, sent, expectFree } = worker()
  await expect(post(url, init)).rejects.toThrow(TypeError)
  expect(sent()).toBe(0)
  await expectFree()
})
