export { type Comparison, compare, type Veto } from './guards/compare.ts'
export { type Features, featuresOf } from './guards/features.ts'
export type { Judge, Judged, Judgement, Pair } from './labels/judge.ts'
export { type LlmJudgeOptions, llmJudge } from './labels/llm-judge.ts'
export type { GroupName, Lesson, LessonBatch } from './lessons/lesson.ts'
export type { Heard, LessonStore, Loaded, Place, Saved, SavedRow } from './lessons/lesson-store.ts'
export type { Belief } from './rule/beliefs.ts'
export type { Certificate, Standing } from './rule/certificate.ts'
export { type Bounds, clopperPearson } from './rule/clopper-pearson.ts'
export type { Label } from './rule/evidence.ts'
export { LEAST_SIMILARITY } from './rule/grid.ts'
export { type Group, type GroupOptions, group, type Verdict } from './rule/group.ts'
export {
  type SemanticGroup,
  type SemanticStatus,
  type SemanticTier,
  type SemanticTierOptions,
  semanticTier,
} from './semantic-tier.ts'
export type { Tallies } from './tallies.ts'
