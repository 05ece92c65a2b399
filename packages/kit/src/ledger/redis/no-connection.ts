/**
 * A command was not answered, because there is no connection.
 *
 * @param fault why: what the connection failed with last.
 */
export function noConnection(fault: Error): Error {
  return Object.assign(new Error(`there is no connection to Redis: ${reasonOf(fault)}`, { cause: fault }), {
    name: NAME,
  })
}

/** Whether a ledger on Redis, or anything else of this room, failed because it could not connect; its `cause` says why. */
export function isNoConnection(error: unknown): error is Error & { readonly cause: Error } {
  return error instanceof Error && error.name === NAME
}

/** By name, since two copies of the kit may be in one process. */
const NAME = 'NoConnection'

/** What a client says of a whole Cluster, or of several addresses of one name, hides why each of them failed. */
function reasonOf(fault: Error): string {
  const { lastNodeError, errors = [] } = fault as { lastNodeError?: Error; errors?: readonly Error[] }
  const reasons = [fault, lastNodeError, ...errors].map((error) => error?.message).filter(Boolean)
  return [...new Set(reasons)].join(' ') || fault.name
}
