import type { Middleware } from '@tollgate/kit/core'

/** Counts requests that have come. */
export function turnstile() {
  let passed = 0
  let told = () => {}
  const middleware: Middleware = (_req, _res, next) => {
    passed += 1
    next()
    told()
  }
  return {
    middleware,
    get passed() {
      return passed
    },
    until: (count: number) =>
      new Promise<void>((resolve) => {
        told = () => passed >= count && setImmediate(resolve)
        told()
      }),
  }
}
