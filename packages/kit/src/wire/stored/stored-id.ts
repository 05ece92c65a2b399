import { isAbsolute, isAtGemini, isAtGoogle, isInBucket } from './addresses.ts'

/** What Gemini names things by: a collection and an id, `files/abc`, `models/veo/operations/xyz`. */
const RESOURCE =
  /(?:^|\/)((?:models\/[^/?#]+\/operations|(?:files|cachedContents|batches|operations|tunedModels|fileSearchStores|corpora|batchPredictionJobs|tuningJobs))\/[^/?#:]+)/

/** What AWS names things by, with the account and the region that they are in. */
const ARN = /^arn:[^/]*\/(?:.*\/)?([^/]+)$/

/** Where a server that climbs ends elsewhere than one that reads from the left: such a text names nothing that anybody has. */
const CLIMBS = /(?:^|[\\/])\.{1,2}(?:[\\/?#]|$)/

/** What stands behind it may say anything, and is no part of a name. */
const QUERY = /[?#]/

/**
 * The one way to write the id of something stored: Gemini takes a file by its name and by its whole address, and AWS a job by
 * its id and by its ARN. What is in a bucket has its whole address. Undefined for an address of somebody else's, which names
 * nothing that is stored at the provider.
 */
export function storedId(said: string): string | undefined {
  const plain = decoded(said)
  // The same buckets by another protocol, whose objects may be called as Gemini's files are.
  if (isInBucket(said) || (isAtGoogle(said) && !isAtGemini(said))) return said
  if (isAbsolute(said) && !isAtGemini(said)) return undefined
  if (CLIMBS.test(plain)) return said
  const [path = ''] = plain.split(QUERY, 1)
  return (RESOURCE.exec(path) ?? ARN.exec(path))?.[1] ?? said
}

/** Whether a text is the name of something stored, as Gemini writes it. */
export function isResource(said: string): boolean {
  const id = storedId(said)
  return id !== undefined && RESOURCE.exec(id)?.[1] === id
}

/** An address may be escaped twice over; what is no escape stays as it is, and names nothing then. */
function decoded(said: string): string {
  try {
    const once = decodeURIComponent(said)
    return once === said ? said : decoded(once)
  } catch {
    return said
  }
}
