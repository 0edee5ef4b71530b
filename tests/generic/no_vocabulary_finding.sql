{# No definition of a built pack has this finding about the vocabulary (models/evaluation/vocabulary/vocabulary_finding.sql). #}
{% test no_vocabulary_finding(model, finding) %}
    select
        pack,
        construct,
        definition,
        matcher,
        concept_id
    from {{ model }}
    where finding = '{{ finding }}'
{% endtest %}
