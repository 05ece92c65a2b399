import { counted, type Language, pairs, tens, words } from './language.ts'

/** Elisions come apart at the apostrophe, so that “n” is the negation of “n'est”. Of ne … pas only “pas” counts: both are one. */
export const FRENCH: Language = {
  code: 'fr',
  common: new Set(
    words(`le la les un une des du de et ou est sont était être comment quel quelle quels quelles qui pourquoi où quand
      puis peut peux dois doit je j mon ma mes tu vous votre nous notre ils elles il elle ce cette ces à au aux pour avec
      dans sur par d l c qu que ai avez avoir faire`),
  ),
  negations: new Set(words(`pas non jamais rien personne aucun aucune ni sans sauf guère nulle_part`)),
  numbers: new Map([
    ...counted(2, 'deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize'),
    ...tens('vingt trente quarante cinquante soixante septante huitante nonante'),
    ...Object.entries({ vingts: 20, octante: 80, zéro: 0, demi: 0.5, demie: 0.5, moitié: 0.5, quart: 0.25 }),
    ...Object.entries({
      premier: 1,
      première: 1,
      deuxième: 2,
      second: 2,
      seconde: 2,
      troisième: 3,
      quatrième: 4,
    }),
    ...Object.entries({ double: 2, triple: 3, douzaine: 12, cent: 100, cents: 100, mille: 1000 }),
    ...Object.entries({ million: 1e6, millions: 1e6, milliard: 1e9, milliards: 1e9 }),
  ]),
  opposites:
    pairs(`activer/désactiver activé/désactivé allumer/éteindre ouvrir/fermer ouvert/fermé démarrer/arrêter
    commencer/finir commencer/arrêter début/fin ajouter/supprimer ajouter/retirer créer/supprimer installer/désinstaller
    augmenter/diminuer augmenter/réduire monter/baisser plus/moins maximum/minimum maximal/minimal supérieur/inférieur
    haut/bas haute/basse grand/petit grande/petite long/court longue/courte vieux/nouveau vieux/jeune ancien/nouveau
    ancienne/nouvelle rapide/lent rapidement/lentement cher/bon_marché meilleur/pire meilleure/pire bon/mauvais
    bonne/mauvaise chaud/froid chaude/froide mouillé/sec lourd/léger fort/faible forte/faible dur/mou difficile/facile
    tôt/tard avant/après premier/dernier première/dernière suivant/précédent suivante/précédente dessus/dessous sur/sous
    gauche/droite dedans/dehors intérieur/extérieur entrer/sortir entrée/sortie nord/sud est/ouest pousser/tirer
    acheter/vendre achat/vente louer/acheter prêter/emprunter gagner/perdre accepter/refuser accepter/rejeter
    autoriser/interdire autorisé/interdit permettre/interdire approuver/rejeter chiffrer/déchiffrer verrouiller/déverrouiller
    bloquer/débloquer afficher/masquer visible/invisible importer/exporter télécharger/téléverser envoyer/recevoir
    abonner/désabonner inscrire/désinscrire inclure/exclure inclus/exclu avec/sans sûr/dangereux légal/illégal
    possible/impossible vrai/faux oui/non toujours/jamais tous/aucun plein/vide homme/femme hommes/femmes garçon/fille
    père/mère fils/fille frère/sœur mari/femme jour/nuit matin/soir public/privé publique/privée interne/externe
    connecter/déconnecter croissant/décroissant positif/négatif positive/négative profit/perte arrivée/départ venir/aller
    embaucher/licencier réussir/échouer avantages/inconvénients avantage/inconvénient horizontal/vertical manuel/automatique
    temporaire/permanent local/distant lire/écrire naissance/mort né/mort propriétaire/locataire employeur/employé
    brut/net`),
  timely:
    words(`maintenant aujourd_hui aujourd'hui demain hier actuellement actuel actuelle actuels récent récente récemment
    dernier_modèle dernière_version dernières cette_semaine ce_mois cette_année ce_soir ce_matin semaine_dernière
    mois_dernier semaine_prochaine en_ce_moment jusqu_ici actualités nouvelles météo temps_fait prévisions prix cours
    bourse taux_de_change score classement circulation trafic quelle_heure quel_jour quelle_date encore_ouvert`),
  pronouns: new Set(words('il elle ils elles ça cela ceci ce y en celui celle ceux celles lui leur')),
  followUps:
    words(`dis_m_en_plus dis_moi_en_plus plus continue continuez vas_y et_puis et_pour et_après pourquoi_pas
    pourquoi_ça quoi_d_autre encore_un encore_une encore explique_ça expliquez_ça explique_cela développe développez
    résume_le résume_ça traduis_le traduis_ça plus_court plus_long fais_le la_même le_même le_premier le_deuxième le_dernier
    oui non ok d_accord merci vraiment est_ce_que_c_est c_est_quoi qu_est_ce_que_c_est qui_est_il qui_est_elle`),
  edits:
    words(`corrige_ce corrigez_ce ce_code cette_fonction ce_fichier cette_erreur ce_texte ce_mail cet_e-mail ce_document
    ci-dessus ci_dessus ci-dessous ci_dessous le_texte_suivant texte_suivant code_suivant en_pièce_jointe modifie_le
    modifiez_le améliore_ce réécris refactorise complète_le complétez_le`),
}
