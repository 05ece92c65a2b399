import type { AccountId } from '@tollgate/kit/ledger'

/** Of each account of a directory the last who has something to do with it. */
const lasts = new WeakMap<object, Map<string, Promise<unknown>>>()

/**
 * One after the other, within a process: whoever reads what an account has, and writes what it is to have, must not undo what
 * somebody else has written in between.
 *
 * @param records of the directory that the account is in, which all who ask for turns share.
 */
export async function inTurn<T>(
  records: object,
  org: string,
  account: AccountId,
  work: () => Promise<T>,
): Promise<T> {
  const ofDirectory = lasts.get(records) ?? new Map<string, Promise<unknown>>()
  lasts.set(records, ofDirectory)
  const name = JSON.stringify([org, account])
  const before = ofDirectory.get(name)
  const working = before ? before.then(work, work) : work()
  ofDirectory.set(name, working)
  try {
    return await working
  } finally {
    if (ofDirectory.get(name) === working) ofDirectory.delete(name)
  }
}
