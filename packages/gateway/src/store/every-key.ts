import type { Directory, KeySummary } from '@tollgate/kit/directory'

const PAGE = 1000

/** Every virtual key there is or was, by id, so many at a time as a directory gives. */
export async function* keyPages(
  directory: Pick<Directory, 'listKeys'>,
): AsyncGenerator<readonly KeySummary[]> {
  for (let after = ''; ; ) {
    const page = await directory.listKeys({ after, limit: PAGE })
    if (page.length > 0) yield page
    if (page.length < PAGE) return
    after = page.at(-1)!.id
  }
}

/** Every virtual key there is or was, by id. */
export async function everyKey(directory: Pick<Directory, 'listKeys'>): Promise<readonly KeySummary[]> {
  const keys: KeySummary[] = []
  for await (const page of keyPages(directory)) keys.push(...page)
  return keys
}
