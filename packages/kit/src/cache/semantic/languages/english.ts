import { counted, type Language, pairs, tens, words } from './language.ts'

/** “One” is left out of the numbers: it mostly stands for a thing. Negations that end in n't are known by that, and English by them. */
export const ENGLISH: Language = {
  code: 'en',
  common: new Set(
    words(`the a an is are was were be been do does did how what which who why where when can could should would i my you
      your we our they their it its to of for from with and or this that these those have has had will there
      isn't aren't wasn't weren't don't doesn't didn't can't couldn't shouldn't wouldn't won't haven't hasn't hadn't`),
  ),
  negations: new Set(
    words('no not never none nobody nothing nowhere neither nor without cannot hardly barely except unless'),
  ),
  numbers: new Map([
    ...counted(2, 'two three four five six seven eight nine ten eleven twelve'),
    ...counted(13, 'thirteen fourteen fifteen sixteen seventeen eighteen nineteen'),
    ...tens('twenty thirty forty fifty sixty seventy eighty ninety'),
    ...counted(1, 'first second third fourth fifth'),
    ...Object.entries({
      zero: 0,
      half: 0.5,
      quarter: 0.25,
      once: 1,
      twice: 2,
      double: 2,
      triple: 3,
      dozen: 12,
    }),
    ...Object.entries({ hundred: 100, thousand: 1000, million: 1e6, billion: 1e9, single: 1, both: 2 }),
  ]),
  opposites:
    pairs(`on/off enable/disable enabled/disabled enabling/disabling open/close opened/closed opening/closing
    start/stop started/stopped starting/stopping begin/end add/remove added/removed adding/removing create/delete
    created/deleted creating/deleting install/uninstall installing/uninstalling increase/decrease increasing/decreasing
    increase/reduce raise/lower raising/lowering more/less most/least maximum/minimum max/min higher/lower high/low
    highest/lowest big/small bigger/smaller biggest/smallest large/small larger/smaller largest/smallest long/short
    longer/shorter longest/shortest old/new older/newer oldest/newest old/young older/younger fast/slow faster/slower
    fastest/slowest cheap/expensive cheaper/dearer cheapest/dearest best/worst better/worse good/bad hot/cold hotter/colder
    warm/cool wet/dry heavy/light heavier/lighter strong/weak stronger/weaker hard/easy hard/soft early/late earlier/later
    before/after first/last next/previous up/down upper/lower top/bottom above/below over/under left/right inside/outside
    in/out into/from to/from north/south east/west push/pull buy/sell buying/selling lend/borrow rent/buy gain/lose
    gaining/losing win/lose winning/losing accept/reject accepted/rejected accept/decline allow/deny allowed/denied
    allow/forbid allowed/forbidden allow/block permit/prohibit approve/reject grant/revoke encrypt/decrypt lock/unlock
    locked/unlocked show/hide showing/hiding visible/hidden import/export importing/exporting upload/download send/receive
    sending/receiving subscribe/unsubscribe follow/unfollow like/dislike love/hate include/exclude included/excluded
    including/excluding with/without safe/dangerous legal/illegal possible/impossible true/false right/wrong yes/no
    always/never all/none everyone/nobody full/empty male/female man/woman men/women boy/girl father/mother dad/mom
    husband/wife son/daughter brother/sister day/night morning/evening public/private internal/external input/output
    sync/async connect/disconnect connected/disconnected attach/detach merge/split expand/collapse ascending/descending
    positive/negative plus/minus profit/loss debit/credit asset/liability import/export arrive/leave arrival/departure
    come/go enter/exit join/leave hire/fire pass/fail success/failure answer/question cause/effect advantage/disadvantage
    advantages/disadvantages pros/cons benefits/risks forward/backward horizontal/vertical manual/automatic
    manually/automatically temporary/permanent local/remote client/server read/write reading/writing lowercase/uppercase
    birth/death alive/dead born/died employer/employee teacher/student landlord/tenant import/export`),
  timely:
    words(`now today tonight tomorrow yesterday currently current latest recent recently newest upcoming nowadays
    this_week this_month this_year this_morning this_evening last_week last_month last_night next_week next_month right_now
    at_the_moment so_far as_of breaking news weather forecast temperature_in price prices stock share_price exchange_rate
    score scores standings traffic time_is_it what_day what_date what_time open_now still_open`),
  pronouns: new Set(words('it its that this these those them they he him his she her hers one ones')),
  followUps:
    words(`tell_me_more more go_on continue keep_going and_then what_about how_about why_not why_is_that
    what_else anything_else another_one one_more again explain_that explain_it elaborate can_you_elaborate summarize_it
    summarize_that translate_it translate_that shorter longer make_it make_that rewrite_it rewrite_that the_same the_first
    the_second the_third the_last_one yes no ok okay sure thanks thank_you so_what really it_is is_it does_it do_it did_it
    can_it will_it that_is is_that does_that why_did_it what_is_it what_is_that what_does_it what_does_that who_is_he
    who_is_she who_are_they what_are_they how_does_it how_old_is_he how_old_is_she where_is_it when_was_it`),
  edits:
    words(`fix_this fix_the_code fix_my fix_it refactor debug_this rename_this rewrite_this edit_this edit_the
    change_the_code update_the_code update_this modify_this modify_the improve_this optimize_this proofread this_code
    this_function this_file this_error this_text this_email this_document the_above above_text the_following
    following_text following_code below_text attached continue_the continue_writing finish_the complete_the_code
    complete_this complete_the_following`),
}
