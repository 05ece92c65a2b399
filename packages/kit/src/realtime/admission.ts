import type { IncomingMessage } from 'node:http'
import { TollgateError } from '../core/errors.ts'
import type { RequestCaps } from '../directory/records.ts'
import type { Toll } from '../toll/toll.ts'
import { type Deployment, deploymentsOf } from '../wire/routes.ts'
import { reserveResponse } from './purchase.ts'
import { firstCall } from './response-call.ts'
import { targetModel } from './target.ts'
import type { Terms, Visit } from './terms.ts'

/** Who asks for a session, what for, and where it may go, in order: known before anything is reserved. */
export interface Admission extends Omit<Visit, 'deployment'> {
  readonly deployments: readonly Deployment[]
}

/**
 * Admit a request for a session, or not.
 *
 * @throws TollgateError `invalid_api_key`, `endpoint_not_allowed`, `model_not_allowed`, `model_not_found`,
 * `invalid_request`, `provider_unavailable`: as any other call would be refused.
 */
export async function admit(terms: Terms, req: IncomingMessage, requestId: string): Promise<Admission> {
  const principal = await terms.authenticate(req)
  const model = targetModel(req)
  const { tier, caps, refusal } = await terms.entitle(principal, model)
  if (refusal && !terms.policy.observe) throw refusal
  const deployments = deploymentsOf({ model, dialect: 'openai' }, terms.routes).filter(hasSessions)
  if (deployments.length === 0) {
    throw new TollgateError('model_not_found', {
      param: 'model',
      message: `No provider has sessions with ${model} here.`,
    })
  }
  return { req, requestId, principal, tier, caps, tierWouldRefuse: refusal?.code, model, deployments }
}

/** Sessions are not translated; whoever hosts them says where they are. */
function hasSessions({ provider }: Deployment): boolean {
  const { dialect, endpoints, hosting } = provider
  return (
    dialect === 'openai' && (endpoints?.includes('realtime') ?? (!hosting || hosting.session !== undefined))
  )
}

/** Reserve for the first response of a session at a deployment. @throws TollgateError when it does not fit. */
export function reserveFirst(terms: Terms, visit: Visit, gone: () => boolean): Promise<Toll> {
  return reserveResponse(terms, visit, firstCall(visit.model), gone)
}

/**
 * Ask again who calls: a key may be revoked, a tier changed, and a grant over, while a session lasts.
 *
 * @returns what one response may be by now.
 * @throws TollgateError
 */
export async function stillAdmitted(terms: Terms, { req, model }: Visit): Promise<RequestCaps> {
  const principal = await terms.authenticate(req)
  const { caps, refusal } = await terms.entitle(principal, model)
  if (refusal && !terms.policy.observe) throw refusal
  return caps
}
