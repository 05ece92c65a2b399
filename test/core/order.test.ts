import { assertOrder, compose, defineStage, slot, TollgateError } from '@tollgate/kit/core'
import connect from 'connect'
import express from 'express'
import express4 from 'express4'
import { describe, expect, it } from 'vitest'
import { serve } from '../support/http.ts'

const who = slot<string>()('who', 'login')
const money = slot<number>()('money', 'reserve')

const login = () => defineStage({ name: 'login', gives: [who], handle: (req) => who.set(req, 'ada') })
const reserve = () =>
  defineStage({ name: 'reserve', needs: [who], gives: [money], handle: (req) => money.set(req, 7) })

const LATER =
  'reserve needs "who", which login gives, but login is mounted after it. Mount login before reserve.'
const NEVER = 'reserve needs "who", and nothing before it gives that. Mount login before reserve.'
const TWICE = 'login gives "who", which login has given already. Mount one of them.'

/** The sentence that only the log gets. */
function sentenceOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return TollgateError.is(error) && error.code === 'misassembled' ? error.message : String(error)
  }
}

const untyped = compose as (...handlers: unknown[]) => unknown

const answer = () => defineStage({ name: 'answer', last: true, handle: (_req, res) => void res.end('done') })
const BEHIND =
  'reserve is mounted behind answer, which answers every request: it would never run. Mount reserve before answer.'

describe('a wrong order', () => {
  it.each([
    ['later', LATER, [reserve(), login()]],
    ['never', NEVER, [reserve()]],
    ['twice', TWICE, [login(), login()]],
    ['behind the last', BEHIND, [login(), answer(), reserve()]],
  ])('throws in compose: %s', (_, sentence, handlers) => {
    expect(sentenceOf(() => untyped(...handlers))).toBe(sentence)
  })

  const apps = { 'express 5': express, 'express 4': express4, connect } as unknown as Record<
    string,
    () => ReturnType<typeof express>
  >

  it.each(Object.entries(apps))('throws in assertOrder(app) for %s', (_, app) => {
    expect(sentenceOf(() => assertOrder(app().use(reserve()).use(login())))).toBe(LATER)
    expect(sentenceOf(() => assertOrder(app().use(reserve())))).toBe(NEVER)
    expect(sentenceOf(() => assertOrder(app().use(login()).use(login())))).toBe(TWICE)
    expect(sentenceOf(() => assertOrder(app().use(login()).use(reserve())))).toBeUndefined()
    expect(sentenceOf(() => assertOrder(app()))).toBeUndefined()
    expect(sentenceOf(() => assertOrder(app().use(login()).use(answer()).use(reserve())))).toBe(BEHIND)
    expect(sentenceOf(() => assertOrder(app().use('/a', answer()).use('/b', login())))).toBeUndefined()
  })

  it.each([
    ['express 5', express],
    ['express 4', express4 as unknown as typeof express],
  ])('is found inside routers and routes of %s', (_, host) => {
    const inner = host.Router().post('/chat', reserve() as never)
    expect(sentenceOf(() => assertOrder(host().use('/a', inner)))).toBe(NEVER)
    expect(
      sentenceOf(() =>
        assertOrder(
          host()
            .use(login() as never)
            .use('/a', inner),
        ),
      ),
    ).toBeUndefined()
    // What a router gives, it gives inside.
    const giver = host.Router().use(login() as never)
    expect(
      sentenceOf(() =>
        assertOrder(
          host()
            .use('/a', giver)
            .use(reserve() as never),
        ),
      ),
    ).toBe(NEVER)
  })

  it.each(Object.entries(apps))('is none where two paths of %s have the same stages', (_, app) => {
    const two = (first: string, second: string) => () =>
      assertOrder(app().use(first, login()).use(first, reserve()).use(second, login()).use(second, reserve()))
    expect(sentenceOf(two('/chat', '/report'))).toBeUndefined()
    expect(sentenceOf(two('/chat', '/chat'))).toBe(TWICE)
    expect(sentenceOf(two('/', '/chat'))).toBe(TWICE)
  })

  it.each([
    ['express 5', express],
    ['express 4', express4 as unknown as typeof express],
  ])('is none where two routers or routes of %s have the same stages', (_, host) => {
    const stages = [login(), reserve()] as never[]
    const router = () => host.Router().use(...stages)
    const routers = host()
      .use('/a', ...stages)
      .use('/b', router())
    expect(sentenceOf(() => assertOrder(routers))).toBeUndefined()
    expect(
      sentenceOf(() =>
        assertOrder(
          host()
            .use('/a', ...stages)
            .use('/a', router()),
        ),
      ),
    ).toBe(TWICE)
    expect(
      sentenceOf(() =>
        assertOrder(
          host()
            .use(...stages)
            .use('/b', router()),
        ),
      ),
    ).toBe(TWICE)
    const routes = host()
      .post('/a', ...stages)
      .post('/b', ...stages)
    routes
      .route('/c')
      .get(...stages)
      .post(...stages)
    expect(sentenceOf(() => assertOrder(routes))).toBeUndefined()
    expect(sentenceOf(() => assertOrder(host().use('/b', host.Router().use(...stages, ...stages))))).toBe(
      TWICE,
    )
  })

  it('is answered 500 at the first request, and nothing behind it runs', async () => {
    let ran = false
    const url = await serve(
      express()
        .use(reserve())
        .get('/', () => {
          ran = true
        }),
    )
    const answer = await fetch(url)
    expect(answer.status).toBe(500)
    const { error } = (await answer.json()) as { error: { code: string; message: string } }
    expect(error.code).toBe('misassembled')
    expect(error.message).not.toContain('login')
    expect(ran).toBe(false)
  })

  it('is told for what is no app at all', () => {
    expect(sentenceOf(() => assertOrder({}))).toBe(
      'assertOrder takes an Express or Connect app, and this is neither.',
    )
  })
})
