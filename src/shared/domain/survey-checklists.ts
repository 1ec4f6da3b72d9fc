import type { ChecklistTemplate } from '../contract/survey.ts';
import type { SiteType } from '../contract/survey-parts.ts';

type Groups = Readonly<Record<string, readonly string[]>>;

/** Checklists that come with the application. Their ids are fixed: one that is saved under it is used instead. */
const lists: readonly {
  readonly id: string;
  readonly siteType: SiteType;
  readonly language: 'en' | 'fr';
  readonly name: string;
  readonly groups: Groups;
}[] = [
  {
    id: '5a9d1c00-0000-4000-8000-000000000001',
    siteType: 'cold-room',
    language: 'en',
    name: 'Cold room',
    groups: {
      Installation: [
        'Each sensor is fixed at its place and out of the air stream of the evaporator.',
        'Sensors do not touch walls, goods or pipes.',
        'Cables and power supplies are dry and out of the way of trolleys.',
        'Each sensor carries its label.',
      ],
      'Signal and data': [
        'Each sensor keeps the agreed signal with the door closed.',
        'Readings of all sensors arrive in the set interval.',
        'The limits of each zone are entered and agreed with the customer.',
      ],
      Test: [
        'A door that was open for two minutes shows in the readings.',
        'An alert was raised and seen by the customer.',
        'Data goes on arriving after a power cut of the access point.',
      ],
      Handover: [
        'The customer was shown how to read the values and what to do on an alert.',
        'Passwords were handed over in a safe way.',
      ],
    },
  },
  {
    id: '5a9d1c00-0000-4000-8000-000000000002',
    siteType: 'cold-room',
    language: 'fr',
    name: 'Chambre froide',
    groups: {
      Installation: [
        'Chaque capteur est fixé à sa place, hors du flux d’air de l’évaporateur.',
        'Les capteurs ne touchent ni parois, ni marchandises, ni tuyaux.',
        'Câbles et alimentations sont au sec et hors du passage des chariots.',
        'Chaque capteur porte son étiquette.',
      ],
      'Signal et données': [
        'Chaque capteur garde le signal convenu, porte fermée.',
        'Les mesures de tous les capteurs arrivent dans l’intervalle réglé.',
        'Les limites de chaque zone sont saisies et convenues avec le client.',
      ],
      Essai: [
        'Une porte ouverte deux minutes se voit dans les mesures.',
        'Une alerte a été déclenchée et vue par le client.',
        'Les données continuent d’arriver après une coupure du point d’accès.',
      ],
      Remise: [
        'Le client a vu comment lire les valeurs et que faire en cas d’alerte.',
        'Les mots de passe ont été remis de manière sûre.',
      ],
    },
  },
  {
    id: '5a9d1c00-0000-4000-8000-000000000003',
    siteType: 'server-room',
    language: 'en',
    name: 'Server room',
    groups: {
      Installation: [
        'A sensor measures the intake air of each row, a third and two thirds up.',
        'A sensor measures the return air.',
        'No sensor blocks an air path or a door.',
        'Each sensor carries its label.',
      ],
      'Signal and data': [
        'Each sensor keeps the agreed signal with the cabinets closed.',
        'Readings of all sensors arrive in the set interval.',
        'The limits of each zone are entered and agreed with the customer.',
      ],
      Test: [
        'An alert was raised and seen by the customer.',
        'Data goes on arriving after a restart of the switch.',
      ],
      Handover: [
        'The customer was shown how to read the values and what to do on an alert.',
        'Passwords were handed over in a safe way.',
      ],
    },
  },
  {
    id: '5a9d1c00-0000-4000-8000-000000000004',
    siteType: 'server-room',
    language: 'fr',
    name: 'Salle serveurs',
    groups: {
      Installation: [
        'Un capteur mesure l’air d’entrée de chaque rangée, au tiers et aux deux tiers de la hauteur.',
        'Un capteur mesure l’air de retour.',
        'Aucun capteur ne gêne un passage d’air ou une porte.',
        'Chaque capteur porte son étiquette.',
      ],
      'Signal et données': [
        'Chaque capteur garde le signal convenu, armoires fermées.',
        'Les mesures de tous les capteurs arrivent dans l’intervalle réglé.',
        'Les limites de chaque zone sont saisies et convenues avec le client.',
      ],
      Essai: [
        'Une alerte a été déclenchée et vue par le client.',
        'Les données continuent d’arriver après un redémarrage du commutateur.',
      ],
      Remise: [
        'Le client a vu comment lire les valeurs et que faire en cas d’alerte.',
        'Les mots de passe ont été remis de manière sûre.',
      ],
    },
  },
  {
    id: '5a9d1c00-0000-4000-8000-000000000005',
    siteType: 'home',
    language: 'en',
    name: 'Home',
    groups: {
      Installation: [
        'Sensors hang away from sun, heaters and draughts.',
        'Power supplies are out of the reach of children.',
        'Each sensor carries its label.',
      ],
      'Signal and data': [
        'Each sensor keeps the agreed signal with the doors closed.',
        'Readings of all sensors arrive in the set interval.',
      ],
      Handover: [
        'The residents know what is measured and where it is stored.',
        'The residents were shown how to read the values.',
      ],
    },
  },
  {
    id: '5a9d1c00-0000-4000-8000-000000000006',
    siteType: 'home',
    language: 'fr',
    name: 'Logement',
    groups: {
      Installation: [
        'Les capteurs sont à l’abri du soleil, des radiateurs et des courants d’air.',
        'Les alimentations sont hors de portée des enfants.',
        'Chaque capteur porte son étiquette.',
      ],
      'Signal et données': [
        'Chaque capteur garde le signal convenu, portes fermées.',
        'Les mesures de tous les capteurs arrivent dans l’intervalle réglé.',
      ],
      Remise: [
        'Les occupants savent ce qui est mesuré et où c’est conservé.',
        'Les occupants ont vu comment lire les valeurs.',
      ],
    },
  },
];

export const builtInTemplates: readonly ChecklistTemplate[] = lists.map(
  ({ id, siteType, language, name, groups }) => ({
    id,
    name,
    siteType,
    language,
    items: Object.entries(groups).flatMap(([group, texts]) => texts.map((text) => ({ group, text }))),
    builtIn: true,
  }),
);

/** Those that come with the application, each replaced by one's own of the same id, and then the others of one's own. */
export function allTemplates(own: readonly ChecklistTemplate[]): readonly ChecklistTemplate[] {
  const replaced = builtInTemplates.map((template) => own.find(({ id }) => id === template.id) ?? template);
  return [...replaced, ...own.filter(({ id }) => builtInTemplates.every((template) => template.id !== id))];
}
