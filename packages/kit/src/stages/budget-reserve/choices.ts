import type { IncomingMessage } from 'node:http'
import { TollgateError } from '../../core/errors.ts'
import { cheaperThan } from '../../failover/downgrade.ts'
import type { Call } from '../../wire/call.ts'
import { type Deployment, type Routes, routeOf } from '../../wire/routes.ts'
import { principal } from '../identify/slots.ts'
import { entitlement } from '../tier-check/slots.ts'

/** Where a call goes first; behind it, where its route is downgraded rather than refused, the next cheaper ones. */
export type Choices = readonly [Deployment, ...Deployment[]]

/** The route's first, or the dialect's own provider where there are no routes. */
export function choicesFor(req: IncomingMessage, call: Call, routes: Routes | undefined): Choices {
  if (!routes) {
    return [{ provider: { name: call.dialect, dialect: call.dialect, baseUrl: '' }, model: call.model }]
  }
  const asker = { caller: principal.peek(req), allows: entitlement.peek(req)?.allows }
  const deployments = routeOf(req, call, routes, asker)
  const [first] = deployments
  const { costOf } = routes
  if (!costOf || !routes.rules?.(call.model)?.downgrade?.whenShort) return [first]
  return [first, ...cheaperThan(first, deployments, (deployment) => costOf(deployment, call))]
}

/**
 * Reserve for the first of the choices that fits.
 *
 * @throws TollgateError what was said of the first, when none does.
 */
export async function reserveFirst<Reserved>(
  [first, ...cheaper]: Choices,
  reserve: (deployment: Deployment) => Promise<Reserved>,
): Promise<Reserved> {
  try {
    return await reserve(first)
  } catch (refusal) {
    for (const deployment of isShort(refusal) ? cheaper : []) {
      try {
        return await reserve(deployment)
      } catch (error) {
        if (!isShort(error)) throw error
      }
    }
    throw refusal
  }
}

function isShort(error: unknown): boolean {
  return TollgateError.is(error) && (error.code === 'budget_exceeded' || error.code === 'budget_reserved')
}
