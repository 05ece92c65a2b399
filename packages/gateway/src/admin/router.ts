import type { IncomingMessage, ServerResponse } from 'node:http'
import { defineStage, readBody, type Stage, TollgateError } from '@tollgate/kit/core'
import type { Express } from 'express'
import { queryOf, sendJson } from '../endpoints/json.ts'
import type { Manage } from '../manage/manage.ts'
import { changedMeanwhile, invalid } from '../manage/refused.ts'
import { decoded } from '../manage/shape.ts'
import { checkRole, checkTeams } from './authorise.ts'
import { entityTag, ifMatch } from './entity-tag.ts'
import { digest, type IdempotencyMemory, type KeptAnswer } from './idempotency.ts'
import { operator } from './operator-slot.ts'
import type { AdminAnswer, AdminRoute, ObjectRoute, RouteInput, View } from './route.ts'

export interface AdminRouterOptions {
  readonly manage: Manage
  /** What tells how the gateway does. */
  readonly views: Readonly<Record<View, Stage>>
  readonly idempotency: IdempotencyMemory
}

/** A body of the admin API, in bytes: an object, and no upload. */
const MAX_BODY_BYTES = 256 * 1024

/** Serve routes, each by its own stage; another method at one of their addresses is told which ones there are. */
export function mountRoutes(app: Express, routes: readonly AdminRoute[], options: AdminRouterOptions): void {
  for (const [path, here] of Map.groupBy(routes, ({ path }) => path)) {
    const place = app.route(path.replaceAll(/\{(\w+)\}/g, ':$1'))
    for (const route of here) place[verbOf(route)](...stagesOf(route, options))
    place.all(otherMethod(here))
  }
}

function verbOf({ method }: AdminRoute): 'get' | 'post' | 'put' | 'patch' | 'delete' {
  return method.toLowerCase() as ReturnType<typeof verbOf>
}

function stagesOf(route: AdminRoute, options: AdminRouterOptions): Stage[] {
  if (!('view' in route)) return [objectStage(route, options)]
  const allowed = defineStage({
    name: 'admin-view',
    needs: [operator],
    handle: (req) => checkRole(route, operator.get(req)),
  })
  return [allowed, options.views[route.view]]
}

function objectStage(route: ObjectRoute, { manage, idempotency }: AdminRouterOptions): Stage {
  return defineStage({
    name: 'admin-route',
    needs: [operator],
    handle: async function adminRoute(req, res) {
      const asker = operator.get(req)
      checkRole(route, asker)
      const input = await inputOf(route, req)
      const theirsAt = await checkTeams(route, asker, manage, input)
      const ifRevision = revisionMeant(revisionAsked(route, req), theirsAt, input)
      const request = { ...input, operator: asker, ifRevision }
      const work = async () => keptOf(await route.handle(manage, request))
      const key = idempotencyKey(route, req)
      if (key === undefined) return send(res, await work())
      const name = digest(manage.org, asker.by, key)
      const fingerprint = digest(route.method, req.url ?? '', JSON.stringify(input.body))
      await once({ name, fingerprint, idempotency, work, res })
    },
  })
}

/** The revision that a request is for; what has none is never changed as if it had been compared. */
function revisionAsked({ method, revised }: AdminRoute, req: IncomingMessage): number | undefined {
  const asked = ifMatch(req)
  if (asked !== undefined && method !== 'GET' && !revised)
    throw invalid('if-match', 'This has no revision that could be compared: leave If-Match out.')
  return asked
}

/**
 * The revision that is acted on. What was found to be somebody's is theirs at that revision: who has it since then is another's
 * to say, and nobody overrules that without having seen it.
 *
 * @throws TollgateError `precondition_failed` where another one is asked for.
 */
function revisionMeant(
  asked: number | undefined,
  theirsAt: number | undefined,
  { params }: RouteInput,
): number | undefined {
  if (asked === undefined || theirsAt === undefined || asked === theirsAt) return asked ?? theirsAt
  throw changedMeanwhile('record', params.id ?? '', theirsAt)
}

/** What a request says. @throws TollgateError `invalid_request` with the field that is wrong. */
async function inputOf({ query, body }: AdminRoute, req: IncomingMessage): Promise<RouteInput> {
  // Express has decoded them: an id may have a slash of its own.
  const { params } = req as IncomingMessage & { params: Record<string, string> }
  const asked = Object.fromEntries(queryOf(req))
  const json = body ? await jsonOf(req) : {}
  if (body) decoded(body, json)
  return { params, query: query ? decoded(query, asked) : {}, body: json as RouteInput['body'] }
}

async function jsonOf(req: IncomingMessage): Promise<unknown> {
  const type = req.headers['content-type']
  if (type !== undefined && !/^application\/(?:[\w.+-]+\+)?json\b/i.test(type))
    throw new TollgateError('unsupported_media_type')
  const text = (await readBody(req, MAX_BODY_BYTES)).toString()
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw new TollgateError('invalid_request', { message: 'The body is not valid JSON.' })
  }
}

/** What makes a request the same one as another, where it creates something. @throws TollgateError when it is malformed. */
function idempotencyKey({ method }: AdminRoute, { headers }: IncomingMessage): string | undefined {
  const key = headers['idempotency-key']
  if (method !== 'POST' || key === undefined) return undefined
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw invalid('idempotency-key', 'Idempotency-Key must be 1 to 255 printable characters without spaces.')
}

interface Once {
  readonly name: string
  readonly fingerprint: string
  readonly idempotency: IdempotencyMemory
  readonly work: () => Promise<Told>
  readonly res: ServerResponse
}

/** Do it, or give the answer that it had when it was done. What failed is not kept: it may be tried again. */
async function once({ name, fingerprint, idempotency, work, res }: Once): Promise<void> {
  const before = await idempotency.begin(name, fingerprint)
  if (before) {
    res.setHeader('idempotent-replayed', 'true')
    return send(res, { kept: before })
  }
  try {
    const told = await work()
    await idempotency.finish(name, fingerprint, told.kept)
    send(res, told)
  } catch (error) {
    await idempotency.forget(name)
    throw error
  }
}

/** An answer, and what of it is told this once. */
interface Told {
  readonly kept: KeptAnswer
  readonly once?: AdminAnswer['once']
}

function keptOf({ status, body, once, revision }: AdminAnswer): Told {
  const hidden = Object.fromEntries(Object.keys(once ?? {}).map((field) => [field, null]))
  const kept = {
    status: status ?? (body ? 200 : 204),
    headers: revision === undefined ? {} : { etag: entityTag(revision) },
    body: body ? { ...body, ...hidden } : null,
  }
  return { kept, ...(once && { once }) }
}

function send(res: ServerResponse, { kept: { status, headers, body }, once }: Told): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  if (body) return sendJson(res, { ...body, ...once }, status)
  res.writeHead(status).end()
}

function otherMethod(here: readonly AdminRoute[]): Stage {
  const allow = here.map(({ method }) => method).join(', ')
  return defineStage({
    name: 'admin-method',
    handle: function adminMethod() {
      throw new TollgateError('method_not_allowed', { message: `Use ${allow} here.`, headers: { allow } })
    },
  })
}
