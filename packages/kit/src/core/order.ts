import { misassembled, type TollgateError } from './errors.ts'
import { STAGE, type Stage, type StageMeta } from './stage.ts'

/** The metadata of a handler that is a stage, else undefined. */
export function stageMeta(handler: unknown): StageMeta | undefined {
  return typeof handler === 'function' ? (handler as Partial<Stage>)[STAGE] : undefined
}

/**
 * Walk handlers in the order in which a request meets them, and throw at the first stage whose needs nobody gave.
 * Returns what has been given by the end.
 */
export function checkOrder(
  handlers: Iterable<unknown>,
  before: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const given = new Map(before)
  const all = [...handlers].map(stageMeta)
  let last: StageMeta | undefined
  for (const [index, meta] of all.entries()) {
    if (!meta) continue
    if (last) throw neverRuns(meta, last)
    if (meta.last) last = meta
    for (const need of meta.needs)
      if (!given.has(need.name)) throw misassembled(wrongOrder(meta, need.name, need.giver, all, index))
    for (const gift of meta.gives) {
      const earlier = given.get(gift.name)
      if (earlier)
        throw misassembled(
          `${meta.name} gives "${gift.name}", which ${earlier} has given already. Mount one of them.`,
        )
      given.set(gift.name, meta.name)
    }
  }
  return given
}

function neverRuns(meta: StageMeta, last: StageMeta): TollgateError {
  return misassembled(
    `${meta.name} is mounted behind ${last.name}, which answers every request: it would never run. Mount ${meta.name} before ${last.name}.`,
  )
}

function wrongOrder(
  meta: StageMeta,
  need: string,
  giver: string,
  all: readonly (StageMeta | undefined)[],
  index: number,
): string {
  const later = all.slice(index + 1).find((other) => other?.gives.some((gift) => gift.name === need))
  if (later)
    return `${meta.name} needs "${need}", which ${later.name} gives, but ${later.name} is mounted after it. Mount ${later.name} before ${meta.name}.`
  const first = all.slice(0, index).flatMap((other) => (other ? [other.name] : []))
  const ran = first.length > 0 ? ` (before it: ${first.join(', ')})` : ''
  return `${meta.name} needs "${need}", and nothing before it gives that${ran}. Mount ${giver} before ${meta.name}.`
}

/** An entry in a host's list of handlers; each host says in its own way where it is mounted. */
interface Layer {
  readonly handle?: unknown
  /** Express: a route and its handlers. Connect: the path. */
  readonly route?: { readonly stack?: readonly Layer[] } | string
  /** Inside a route. */
  readonly method?: string
  /** Express 5. */
  readonly slash?: boolean
  readonly rawPath?: unknown
  /** Express 4. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean }
}

/**
 * Check an app that was put together line by line with `app.use`: Express 4 and 5, Connect, and routers inside them.
 * A stage may rely on what was given before its router was mounted, and gives nothing outside of its own. What is given at
 * one path may be given at another again: no request meets both.
 *
 * @throws TollgateError `misassembled`, with the cure: a budget that is not enforced must not start.
 */
export function assertOrder(app: unknown): void {
  const stack = stackOf(app)
  if (!stack) throw misassembled('assertOrder takes an Express or Connect app, and this is neither.')
  checkStack(stack, new Map())
}

function stackOf(app: unknown): readonly Layer[] | undefined {
  const host = app as
    | { stack?: unknown; _router?: { stack?: unknown }; router?: { stack?: unknown } }
    | undefined
  if (typeof host !== 'function' && typeof host !== 'object') return undefined
  if (Array.isArray(host?.stack)) return host.stack
  // Express 4 throws when `router` is read, and keeps its stack in `_router` once something is mounted.
  if (host && Object.hasOwn(host, '_router')) return (host._router?.stack as Layer[] | undefined) ?? []
  try {
    return Array.isArray(host?.router?.stack) ? (host.router.stack as Layer[]) : undefined
  } catch {
    return []
  }
}

/** @param repeatable what was given at other paths only, before this stack. */
function checkStack(
  stack: readonly Layer[],
  before: ReadonlyMap<string, string>,
  repeatable: ReadonlySet<string> = new Set(),
): void {
  let given = before
  const places = new Map<string, unknown>()
  const lasts = new Map<unknown, StageMeta>()
  for (const [index, layer] of stack.entries()) {
    const here = placeOf(layer)
    const apart = new Set([...repeatable].filter((name) => !places.has(name)))
    for (const [name, there] of places) if (there !== EVERYWHERE && there !== here) apart.add(name)
    const inner = typeof layer.route === 'object' ? layer.route.stack : stackOfHandler(layer.handle)
    if (inner) {
      checkStack(inner, given, apart)
      continue
    }
    const meta = stageMeta(layer.handle)
    const last = lasts.get(EVERYWHERE) ?? lasts.get(here)
    if (meta && last) throw neverRuns(meta, last)
    if (meta?.last) lasts.set(here, meta)
    const gifts = meta?.gives.map(({ name }) => name) ?? []
    const met = new Map([...given].filter(([name]) => !(gifts.includes(name) && apart.has(name))))
    given = checkLayer(stack, index, met)
    for (const name of gifts) places.set(name, here)
  }
}

function checkLayer(
  stack: readonly Layer[],
  index: number,
  given: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  try {
    return checkOrder([stack[index]?.handle], given)
  } catch (error) {
    // Said again with the layers behind it in view: "mounted after it" is a better cure than "nothing gives it".
    checkOrder(
      stack.slice(index).map((rest) => rest.handle),
      given,
    )
    throw error
  }
}

const EVERYWHERE = ''

/** Where a layer is mounted, to be compared; a place of its own where its host does not say. */
function placeOf({ route, method = '', slash, rawPath, regexp }: Layer): unknown {
  if (typeof route === 'string') return route.replace(/\/$/, '')
  if (slash || regexp?.fast_slash) return EVERYWHERE
  const path = rawPath ?? regexp
  return path === undefined ? Symbol('somewhere') : `${method} ${path}`
}

function stackOfHandler(handle: unknown): readonly Layer[] | undefined {
  const stack = typeof handle === 'function' ? (handle as { stack?: unknown }).stack : undefined
  return Array.isArray(stack) ? (stack as Layer[]) : undefined
}
