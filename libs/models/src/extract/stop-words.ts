/** English words that say little about what a question is after, and a few groups of words that say the same. */
const list = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Not looked at. */
export const stopWords = list(
  'a about above after again against all also am an and any are as at be because been before being below between both but by ' +
    'can cannot could did do does doing down during each either else ever every few for from further get gets got had has have having he her ' +
    'here hers him his how i if in into is it its itself just let me more most much must my no nor not now of off on once one only or other ' +
    'our ours out over own per please same she should since so some such than that the their theirs them then there these they this those ' +
    'through to too under until up upon us very was we were what when where whether which while who whom whose why will with within without ' +
    'would you your yours s t re ve ll d m e g i.e e.g etc vs via',
);

/** Words of the request rather than of its subject: they count a little. */
export const weakWords = list(
  'explain describe tell give show list summarize summarise summary compare contrast discuss outline write report answer question find ' +
    'provide detail details way ways thing things example examples differ differs differently difference differences happen happens happening happened work works ' +
    'working worked use uses used using mean means handle handles handled exactly usually typically overview short brief paragraph document ' +
    'documents documentation need needs know want make makes made many long kind kinds type types part parts first second briefly role exist exists existing available possible called name named say says said',
);

const groups = [
  'die dies died dead crash crashes crashed fail fails failed failure leave leaves left lost down unavailable killed stop stops stopped',
  'share shares shared sharing split splits divide divides divided distribute distributes distributed assign assigns assigned assignment spread',
  'start starts begin begins boot launch starting',
  'delete deletes deleted remove removes removed removal drop drops dropped erase',
  'create creates created creation add adds added make makes made',
  'limit limits limited maximum max bound bounded cap quota',
  'fast quick speed performance latency throughput',
  'error errors exception exceptions fault faults',
  'retry retries retried again repeat repeated redelivered redelivery',
  'save saves saved store stores stored persist persists persisted keep keeps kept',
  'read reads consume consumes consumed fetch fetches fetched receive receives received',
  'write writes written produce produces produced publish publishes published append appends appended send sends sent',
  'cost costs price prices pricing fee fees paid pay',
  'user users customer customers client clients person people',
  'change changes changed update updates updated modify modified edit edits',
  'config configuration configure configured setting settings option options parameter parameters',
  'duplicate duplicates duplicated twice idempotent idempotence',
  'order ordered ordering sequence',
  'member members consumer consumers',
  'choose chooses chose chosen choice choices select selects selected selection pick picks picked',
  'buy buys bought purchase purchases purchased',
  'return returns returned refund refunds refunded',
];

/** Word to the number of its group. */
export const synonymGroups: ReadonlyMap<string, number> = new Map(
  groups.flatMap((words, group) => words.split(' ').map((word) => [word, group] as const)),
);
