import {
  assertOrder,
  compose,
  identify,
  ownerCheck,
  providerFailover,
  providerProxy,
  sqliteOwners,
} from '@tollgate/kit'
import { routing } from '@tollgate/kit/stages/provider-failover'
import { modelRoutes, type Provider, providerPassages } from '@tollgate/kit/wire'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'

const owned: Provider = {
  name: 'openai',
  dialect: 'openai',
  baseUrl: 'http://127.0.0.1:1/v1',
  conversations: 'owned',
}
const passages = providerPassages({ providers: [owned] })
const who = () => identify(() => ({ user: 'ada' }))

function owners() {
  const store = sqliteOwners(':memory:')
  closeAfter(async () => store.close())
  return store
}

const MOUNT = /"holdings", and nothing before it gives that.*Mount owner-check before provider-failover\./
const LOOK = /"passing-checked".*Mount owner-check, given the same `passages`, before provider-proxy\./

describe('a provider that keeps things for whoever made them, and nobody who asks whose they are', () => {
  it.each([
    ['modelRoutes', () => modelRoutes({ providers: [owned] })],
    ['routing', () => routing({ providers: [owned] })],
  ])('does not start: %s', (_, routes) => {
    expect(() => compose(who(), providerFailover({ routes: routes() }))).toThrow(MOUNT)
    const app = express().use(who(), providerFailover({ routes: routes() }))
    expect(() => assertOrder(app)).toThrow(MOUNT)
  })

  it('answers nothing where nobody has checked how it was mounted', async () => {
    const app = express().use(who(), providerFailover({ routes: modelRoutes({ providers: [owned] }) }))
    const url = await serve(app)
    const answer = await fetch(`${url}/v1/responses`, { method: 'POST', body: '{"model":"m","input":"x"}' })
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({ error: { code: 'misassembled' } })
  })

  it('does not start where only calls are asked about, and files are passed through', () => {
    const routes = modelRoutes({ providers: [owned] })
    const half = () => ownerCheck({ owners: owners(), providers: [owned] })
    expect(() => compose(who(), half(), providerProxy({ passages }), providerFailover({ routes }))).toThrow(
      LOOK,
    )
    const whole = ownerCheck({ owners: owners(), providers: [owned], passages })
    expect(() =>
      compose(who(), whole, providerProxy({ passages }), providerFailover({ routes })),
    ).not.toThrow()
  })
})

it.each(['refuse', 'shared', undefined] as const)(
  'nobody is needed where things are not owned: %s',
  (conversations) => {
    const { conversations: _, ...plain } = owned
    const providers = [conversations ? { ...plain, conversations } : plain]
    const routes = modelRoutes({ providers })
    expect(() =>
      compose(
        who(),
        providerProxy({ passages: providerPassages({ providers }) }),
        providerFailover({ routes }),
      ),
    ).not.toThrow()
  },
)
