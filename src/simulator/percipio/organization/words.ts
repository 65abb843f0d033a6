// The words of names, titles and texts. Some use other scripts, and some contain characters that JSON escapes.

export const FIRST_NAMES: readonly string[] = (
  'Alex Amara Andrea Ben Carla Chen Dana David Elena Emeka Eva Fatima Felix Grace Hana Hugo Ida Ivan Jana ' +
  'Jonas Kate Kofi Laura Leo Lin Lucas Maria Mark Mei Mia Nadia Noah Olga Omar Paula Peter Priya Rahul Rosa ' +
  'Sam Sara Sven Tara Tom Uma Vera Victor Wei Yara Yusuf Zoe'
).split(' ');

export const LAST_NAMES: readonly string[] = (
  'Adams Ahmed Baker Bauer Brown Chang Costa Davis Diaz Evans Fischer Garcia Gupta Hall Hansen Ito Jansen ' +
  'Jones Kim Klein Kumar Lee Lopez Martin Meyer Miller Moreau Nguyen Novak Okafor Park Patel Perez Quinn ' +
  'Ricci Rossi Santos Sato Silva Singh Smith Tanaka Taylor Turner Vogel Walker Wang Weber Wilson Wong Young'
).split(' ');

/** Names with multi-byte letters or characters that JSON escapes. */
export const UNUSUAL_FIRST_NAMES = [
  'Łucja',
  'Søren',
  '美咲',
  'Ольга',
  'José',
  'نور',
  'Zoë 🎓',
  'Anne "Annie"',
] as const;
export const UNUSUAL_LAST_NAMES = [
  'Żółć',
  'Ångström',
  '佐藤',
  'Соколова',
  'Núñez',
  'حداد',
  "O'Neil",
  'Back\\Slash',
] as const;

export const JOB_TITLES = [
  'Analyst',
  'Engineer',
  'Account Manager',
  'Nurse',
  'Team Lead',
  'Controller',
  'Recruiter',
] as const;

export const TOPICS: readonly string[] = (
  'Cloud Security, Data Privacy, Kubernetes, Leadership Essentials, Machine Learning, Negotiation, Python, ' +
  'Project Management, Workplace Safety, Anti-Bribery, Agile Delivery, Customer Service, SQL, Networking, ' +
  'Business Writing, Incident Response, Accessibility, Public Speaking, Git, Financial Reporting'
).split(', ');

export const FACETS: readonly string[] = (
  'Overview, Getting Started, Core Concepts, In Practice, Case Studies, Advanced Techniques, Common Pitfalls, ' +
  'The "Right" Way, Tools & Methods, Planning \\ Doing, Part 1, Part 2, Final Exam, Refresher'
).split(', ');

export const AREAS = [
  'Business',
  'Cloud Services',
  'Compliance',
  'Data',
  'Leadership',
  'Productivity',
  'Security',
] as const;

/** Titles in other languages: the locale, and the prefix of the English topic. */
export const LOCALES = [
  { localeCode: 'de-DE', prefix: 'Einführung für Anfänger' },
  { localeCode: 'fr-FR', prefix: 'Découverte' },
  { localeCode: 'es-ES', prefix: 'Introducción' },
  { localeCode: 'ja-JP', prefix: '入門' },
  { localeCode: 'zh-CN', prefix: '简介' },
] as const;
