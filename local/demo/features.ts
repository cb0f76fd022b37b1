/** The product of the demo: what its features call, how often, and what happens to them over sixty days. */

export interface DemoPrompt {
  name: string;
  template: string;
  /** First day, counted back from today, on which this text is in use. */
  sinceDaysAgo: number;
  /** Input tokens, as a range. */
  input: readonly [number, number];
  output: readonly [number, number];
}

export interface DemoFeature {
  feature: string;
  service: string;
  provider: string;
  /** The first is the usual one. */
  models: readonly [string, ...string[]];
  prompts: readonly [DemoPrompt, ...DemoPrompt[]];
  callsPerDay: number;
  /** Share of the input that the provider's cache serves. */
  cachedShare: number;
  stream: boolean;
  /** First day, counted back from today, on which the feature exists. */
  sinceDaysAgo: number;
  /** Calls are multiplied by this from that day on. */
  surge?: { sinceDaysAgo: number; factor: number };
}

/** Complete days before today. */
export const DEMO_DAYS = 60;

const ALWAYS = DEMO_DAYS;

export const DEMO_FEATURES: readonly DemoFeature[] = [
  {
    // The runaway: six days ago a longer prompt went live, and the widget was shown to everybody.
    feature: 'support.reply',
    service: 'helpdesk',
    provider: 'anthropic',
    models: ['claude-sonnet-4-5-20250929'],
    prompts: [
      {
        name: 'support.reply',
        template: 'You are a helpful support agent.',
        sinceDaysAgo: ALWAYS,
        input: [6_000, 14_000],
        output: [150, 500],
      },
      {
        name: 'support.reply',
        template: 'You are a helpful support agent. Cite the help page you used.',
        sinceDaysAgo: 34,
        input: [6_200, 14_500],
        output: [180, 560],
      },
      {
        name: 'support.reply',
        template: 'You are a helpful support agent. Here is the whole help centre: {{articles}}',
        sinceDaysAgo: 6,
        input: [13_000, 28_000],
        output: [200, 600],
      },
    ],
    callsPerDay: 90,
    cachedShare: 0.3,
    stream: true,
    sinceDaysAgo: ALWAYS,
    surge: { sinceDaysAgo: 6, factor: 1.35 },
  },
  {
    feature: 'search.rewrite',
    service: 'web',
    provider: 'openai',
    models: ['gpt-5-mini'],
    prompts: [
      {
        name: 'search.rewrite',
        template: 'Rewrite the query for our search engine.',
        sinceDaysAgo: ALWAYS,
        input: [300, 900],
        output: [20, 80],
      },
    ],
    callsPerDay: 150,
    cachedShare: 0.5,
    stream: false,
    sinceDaysAgo: ALWAYS,
  },
  {
    feature: 'summary.generate',
    service: 'documents',
    provider: 'google',
    models: ['gemini-2.5-pro', 'gemini-2.5-flash'],
    prompts: [
      {
        name: 'summary.generate',
        template: 'Summarise the document in five sentences.',
        sinceDaysAgo: ALWAYS,
        input: [10_000, 60_000],
        output: [200, 700],
      },
    ],
    callsPerDay: 45,
    cachedShare: 0,
    stream: false,
    sinceDaysAgo: ALWAYS,
  },
  {
    feature: 'contract.extract',
    service: 'documents',
    provider: 'aws.bedrock',
    models: ['eu.anthropic.claude-haiku-4-5-20251001-v1:0'],
    prompts: [
      {
        name: 'contract.extract',
        template: 'Extract parties, dates and amounts as JSON.',
        sinceDaysAgo: ALWAYS,
        input: [15_000, 45_000],
        output: [300, 900],
      },
    ],
    callsPerDay: 30,
    cachedShare: 0,
    stream: false,
    sinceDaysAgo: ALWAYS,
  },
  {
    feature: 'chat.assistant',
    service: 'web',
    provider: 'openai',
    models: ['gpt-5'],
    prompts: [
      {
        name: 'chat.assistant',
        template: 'You are the assistant of our product.',
        sinceDaysAgo: ALWAYS,
        input: [5_000, 25_000],
        output: [200, 1_500],
      },
    ],
    callsPerDay: 60,
    cachedShare: 0.6,
    stream: true,
    sinceDaysAgo: ALWAYS,
  },
  {
    // New last week: no inner join may hide it.
    feature: 'code.review',
    service: 'developer-tools',
    provider: 'anthropic',
    models: ['claude-opus-4-5-20251101'],
    prompts: [
      {
        name: 'code.review',
        template: 'Review this change. Be brief and specific.',
        sinceDaysAgo: 5,
        input: [20_000, 60_000],
        output: [400, 1_200],
      },
    ],
    callsPerDay: 25,
    cachedShare: 0,
    stream: false,
    sinceDaysAgo: 5,
  },
  {
    // It doubles, but it is cheap: below the floor nobody is woken.
    feature: 'moderation.check',
    service: 'web',
    provider: 'openai',
    models: ['gpt-5-nano'],
    prompts: [
      {
        name: 'moderation.check',
        template: 'Is this message harmful? Answer yes or no.',
        sinceDaysAgo: ALWAYS,
        input: [100, 400],
        output: [5, 20],
      },
    ],
    callsPerDay: 20,
    cachedShare: 0,
    stream: false,
    sinceDaysAgo: ALWAYS,
    surge: { sinceDaysAgo: 6, factor: 2 },
  },
  {
    // Tuned from a model that the list has no tuned price of: its cost is unknown, which is not zero.
    feature: 'label.suggest',
    service: 'documents',
    provider: 'openai',
    models: ['ft:gpt-4.1-nano:acme::label-7'],
    prompts: [
      {
        name: 'label.suggest',
        template: 'Suggest up to three labels.',
        sinceDaysAgo: ALWAYS,
        input: [200, 600],
        output: [5, 30],
      },
    ],
    callsPerDay: 6,
    cachedShare: 0,
    stream: false,
    sinceDaysAgo: ALWAYS,
  },
];
