import type { Directory, KeySummary } from '@tollgate/kit/directory'

/** The last digit of an id, and the most that one has: nothing that begins as an id does sorts after so many of them. */
const LAST = 'z'
const MAX_LENGTH = 64

/** The key of an id. Lists are by id: it is the first one after everything that sorts before it. */
export async function keyById(
  directory: Pick<Directory, 'listKeys'>,
  id: string,
): Promise<KeySummary | undefined> {
  const [first] = await directory.listKeys({ after: justBefore(id), limit: 1 })
  return first?.id === id ? first : undefined
}

function justBefore(id: string): string {
  const start = id.slice(0, -1)
  const before = id.charCodeAt(id.length - 1) - 1
  return start + String.fromCharCode(before) + LAST.repeat(MAX_LENGTH)
}
