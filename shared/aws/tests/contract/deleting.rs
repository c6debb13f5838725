//! Deleting: gone at once and completely, with the pictures left to be erased.

use crate::{
    samples::{LIFE, TICK, agent, alone, cancel, document, now, only, org, other_org, otp, scoring, validate},
    stage::{Ports, sixteen_at_once, successes, use_up_the_tries},
};
use acredita_domain::{
    identification::Identification,
    pictures::PicturePrefix,
    ports::limits::ERASE_AGAIN_AFTER,
    ports::{Due, Erasure, NewIdentification, StepError},
};

const LOST: Result<Erasure, StepError> = Err(StepError::Lost);

async fn created(ports: &Ports, identification: Identification) -> Identification {
    ports.identifications.create(alone(&identification), now()).await.expect("created");
    identification
}

async fn an_identification_goes_with_its_handle_and_its_scoring(ports: &Ports) {
    let (identification, scoring) = document();
    let new = NewIdentification { scoring: Some(scoring.clone()), ..alone(&identification) };
    ports.identifications.create(new, now()).await.expect("created");

    let erasure = ports
        .identifications
        .delete(&identification, false, crate::samples::told(&identification), now())
        .await
        .expect("deleted");
    assert_eq!(ports.by_id.identification(&org(), identification.id).await, Ok(None));
    assert_eq!(ports.identifications.find_by_admin_id(&org(), identification.admin_id).await, Ok(None));
    assert_eq!(ports.scorings.find(&org(), scoring.id).await, Ok(None));
    let prefixes = vec![
        PicturePrefix::identification(&org(), identification.id),
        PicturePrefix::scoring(&org(), scoring.id),
        PicturePrefix::uploads(&org(), scoring.id),
    ];
    assert_eq!(erasure.prefixes, prefixes);
    assert_eq!(ports.due(now() + ERASE_AGAIN_AFTER - TICK).await, [], "links that were given out still work");
    assert_eq!(
        ports.due(now() + ERASE_AGAIN_AFTER).await,
        [Due::Erasure(erasure)],
        "the pictures go, and nothing else is left"
    );
}

async fn only_what_is_open_goes_without_force(ports: &Ports) {
    let cancelled = created(ports, agent()).await;
    ports
        .identifications
        .transition(&cancelled, cancel(), Vec::new(), crate::samples::told(&cancelled), now())
        .await
        .expect("cancelled");
    let validated = created(ports, agent()).await;
    ports
        .identifications
        .transition(&validated, validate(), Vec::new(), crate::samples::told(&validated), now())
        .await
        .expect("validated");
    let tried = created(ports, otp()).await;
    use_up_the_tries(ports, &tried).await;
    for kept in [&cancelled, &validated, &tried] {
        assert_eq!(ports.identifications.delete(kept, false, crate::samples::told(kept), now()).await, LOST);
        assert!(
            ports.identifications.find_by_admin_id(&org(), kept.admin_id).await.expect("an answer").is_some(),
            "whole"
        );
        ports.identifications.delete(kept, true, crate::samples::told(kept), now()).await.expect("by force");
        assert_eq!(ports.by_id.identification(&org(), kept.id).await, Ok(None));
    }
    let over = created(ports, agent()).await;
    assert_eq!(ports.identifications.delete(&over, false, crate::samples::told(&over), now() + LIFE).await, LOST);
    ports
        .identifications
        .delete(&over, false, crate::samples::told(&over), now() + LIFE - TICK)
        .await
        .expect("a tick before");
}

async fn an_identification_is_deleted_once_however_many_try_at_once(ports: &Ports) {
    for force in [false, true] {
        let gone = created(ports, agent()).await;
        let results = sixteen_at_once(|_| {
            let (ports, gone) = (ports.clone(), gone.clone());
            async move { ports.identifications.delete(&gone, force, crate::samples::told(&gone), now()).await }
        })
        .await;
        assert_eq!(successes(&results), 1);
        assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(StepError::Lost))));
    }
}

async fn another_organisation_deletes_nothing_not_even_by_force(ports: &Ports) {
    let (identification, scoring) = document();
    let new = NewIdentification { scoring: Some(scoring.clone()), ..alone(&identification) };
    ports.identifications.create(new, now()).await.expect("created");
    let foreign = Identification { org: other_org(), ..identification.clone() };
    assert_eq!(ports.identifications.delete(&foreign, true, crate::samples::told(&foreign), now()).await, LOST);
    assert_eq!(ports.by_id.identification(&org(), identification.id).await, Ok(Some(identification)));
    assert_eq!(ports.scorings.find(&org(), scoring.id).await, Ok(Some(scoring)));
    assert_eq!(ports.due(now() + ERASE_AGAIN_AFTER).await, []);
}

async fn a_scoring_goes_when_its_time_is_over(ports: &Ports) {
    let scoring = scoring();
    ports.scorings.create(only(&scoring), now()).await.expect("created");
    let erasure =
        ports.scorings.delete(&scoring, true, crate::samples::told_of(&scoring), now() + LIFE).await.expect("deleted");
    assert_eq!(
        erasure.prefixes,
        [PicturePrefix::scoring(&org(), scoring.id), PicturePrefix::uploads(&org(), scoring.id)]
    );
    assert_eq!(ports.scorings.find(&org(), scoring.id).await, Ok(None));
    assert_eq!(
        ports.scorings.delete(&scoring, true, crate::samples::told_of(&scoring), now() + LIFE).await,
        LOST,
        "once"
    );
    assert_eq!(ports.due(now() + LIFE).await, []);
    assert_eq!(ports.due(now() + LIFE + ERASE_AGAIN_AFTER).await, [Due::Erasure(erasure)]);
}

async fn a_scoring_that_is_not_open_goes_by_force_only(ports: &Ports) {
    let [open, closed, over] = [scoring(), scoring(), scoring()];
    for scoring in [&open, &closed, &over] {
        ports.scorings.create(only(scoring), now()).await.expect("created");
    }
    ports.scorings.close(&closed, crate::samples::told_of(&closed), now()).await.expect("closed");
    ports.scorings.delete(&open, false, crate::samples::told_of(&open), now() + LIFE - TICK).await.expect("deleted");
    for (scoring, at) in [(&closed, now()), (&over, now() + LIFE)] {
        assert_eq!(ports.scorings.delete(scoring, false, crate::samples::told_of(scoring), at).await, LOST);
        assert!(ports.scorings.find(&org(), scoring.id).await.expect("an answer").is_some());
        ports.scorings.delete(scoring, true, crate::samples::told_of(scoring), at).await.expect("by force");
        assert_eq!(ports.scorings.find(&org(), scoring.id).await, Ok(None));
    }
}

on_aws! {
    a_scoring_that_is_not_open_goes_by_force_only,
    an_identification_goes_with_its_handle_and_its_scoring,
    only_what_is_open_goes_without_force,
    an_identification_is_deleted_once_however_many_try_at_once,
    another_organisation_deletes_nothing_not_even_by_force,
    a_scoring_goes_when_its_time_is_over,
}
