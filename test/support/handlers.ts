import { budgetReserve, usageReconcile } from '@tollgate/kit'
import express, { type RequestHandler } from 'express'
import { expect } from 'vitest'
import { type Service, type ServiceOptions, whoever } from './service.ts'

/** What a service gives its handlers. */
export type Parts = Parameters<ServiceOptions['routes']>[1]
export type Handler = (...args: [...Parameters<RequestHandler>, Parts]) => unknown

export const messages = [{ role: 'user' as const, content: 'What does a toll keeper do all day?' }]
/** What handlers ask the provider for, when the request does not say. */
export const question = { model: 'flat', messages, max_tokens: 100 }

/** A route that calls no provider's shape, and may cost at most $0.25. */
export const upTo = (handler: Handler, path = '/work'): ServiceOptions => ({
  routes: (app, parts) =>
    void app.post(
      path,
      express.json(),
      whoever,
      budgetReserve({ ...parts.options, upToUsd: '0.25' }),
      usageReconcile(parts.options),
      (req, res, next) => handler(req, res, next, parts),
    ),
})
/** How long a condition may take on a machine that has other work to do. */
export const PATIENCE = { timeout: 20_000 }

export const UP_TO_NANO_USD = 250_000_000

/** Once the provider has answered so many requests, the books come to what it counted, and hold nothing. */
export async function expectCharged({ provider, books }: Service, requests = 1): Promise<void> {
  await provider.waitFor(
    ({ requests: all }) => all.length === requests && all.every((one) => one.outcome !== 'open'),
  )
  const { nanoUsd } = provider.totals()
  expect(nanoUsd).toBeGreaterThan(0)
  await expect.poll(books, PATIENCE).toMatchObject({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
}

export async function expectSpent({ books }: Service, nanoUsd: number): Promise<void> {
  await expect.poll(books, PATIENCE).toMatchObject({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
}

/** The warnings of one kind that a test gives rise to. */
export async function warningsOf(code: string, work: () => Promise<void>): Promise<string[]> {
  const found: string[] = []
  const listen = (warning: Error & { code?: string }) =>
    void (warning.code === code && found.push(warning.message))
  process.on('warning', listen)
  await work()
  // A warning is emitted a turn after it was given.
  await new Promise(setImmediate)
  process.off('warning', listen)
  return found
}

/** Ask, wait until the provider is at work for us, and hang up. */
export async function leaveWhileItWorks(
  service: Service,
  path: string,
  body: unknown,
  requests = 1,
): Promise<void> {
  const controller = new AbortController()
  const asked = service.post(path, body, { signal: controller.signal }).catch(() => {})
  await service.provider.waitFor((provider) => provider.requests.length === requests)
  controller.abort()
  await asked
}
