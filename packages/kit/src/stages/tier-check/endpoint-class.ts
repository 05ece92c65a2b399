/** Text in and out: open to every tier. A key may be confined to it. */
export const TEXT = 'text'
/** Pictures that a call shows to its model. */
export const VISION = 'vision'

/** Kinds of endpoint that a tier names apart from models, because they cost or expose in a way of their own. */
const CLASSES: readonly (readonly [string, string])[] = [
  ['/fine_tuning/', 'fine-tuning'],
  ['/images/', 'images'],
  ['/audio/', 'audio'],
  ['/realtime/', 'realtime'],
  ['/batches/', 'batches'],
  ['/files/', 'files'],
  ['/uploads/', 'files'],
  ['/assistants/', 'assistants'],
  ['/threads/', 'assistants'],
  ['/vector_stores/', 'assistants'],
  ['/videos/', 'videos'],
  // The same at hosts: Vertex AI's and Bedrock's words for them.
  ['/batchpredictionjobs', 'batches'],
  ['/model-invocation-job', 'batches'],
  ['/async-invoke', 'batches'],
  ['/tuningjobs', 'fine-tuning'],
  ['/model-customization-jobs', 'fine-tuning'],
]

/** The endpoint class of a path; undefined for text in and out (chat, completions, embeddings, models), open to every tier. */
export function endpointClass(path: string): string | undefined {
  // Some servers make no difference between cases.
  const closed = `${path.toLowerCase()}/`
  return CLASSES.find(([part]) => closed.includes(part))?.[1]
}
