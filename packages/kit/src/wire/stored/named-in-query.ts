import { namedByField } from './named-by-field.ts'
import { isResource, storedId } from './stored-id.ts'

/**
 * What a query names. Google's servers take the fields of a request from there as well, those of its path among them:
 * https://cloud.google.com/endpoints/docs/grpc/transcoding.
 *
 * @param query with or without its question mark.
 */
export function namedInQuery(query: string): readonly string[] {
  return [...new URLSearchParams(query)].flatMap(([name, said]) =>
    isResource(said) ? [storedId(said)!] : namedByField(name, said),
  )
}
