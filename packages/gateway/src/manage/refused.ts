import { TollgateError } from '@tollgate/kit/core'

/** What an operation is refused with. Its codes are those of the admin API; a command prints the same sentences. */

export function notFound(noun: string, id: string): TollgateError<'not_found'> {
  return new TollgateError('not_found', { message: `There is no ${noun} ${id}.` })
}

export function alreadyThere(noun: string, id: string): TollgateError<'conflict'> {
  return new TollgateError('conflict', {
    param: 'id',
    message: `There is a ${noun} ${id} already: change it, or choose another id.`,
  })
}

export function secretTaken(id: string): TollgateError<'conflict'> {
  return new TollgateError('conflict', {
    message: `The secret that was made up for the key ${id} is another key's already: ask for another one.`,
  })
}

/** @param file the config as it was named; undefined where it is a default that owns it. */
export function ownedByFile(noun: string, id: string, file: string | undefined): TollgateError<'read_only'> {
  const where = file ?? 'the defaults of a gateway without a config file'
  return new TollgateError('read_only', {
    message: `The ${noun} ${id} is stated in ${where}: change it there. A running gateway reads the file again by itself.`,
  })
}

export function changedMeanwhile(
  noun: string,
  id: string,
  revision: number | undefined,
): TollgateError<'precondition_failed'> {
  const now = revision === undefined ? 'it is gone' : `it is at revision ${revision}`
  return new TollgateError('precondition_failed', {
    message: `The ${noun} ${id} has been changed by somebody else: ${now}. Read it again, and decide anew.`,
    ...(revision !== undefined && { headers: { etag: `"${revision}"` } }),
  })
}

export function invalid(param: string, message: string): TollgateError<'invalid_request'> {
  return new TollgateError('invalid_request', { param, message })
}

export function denied(message: string): TollgateError<'permission_denied'> {
  return new TollgateError('permission_denied', { message })
}

/** What a store or the books refuse as malformed is its operator's to put right. @throws TollgateError in its place. */
export async function fitting<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new TollgateError('invalid_request', { message: `${error.message}.`, cause: error })
  }
}
